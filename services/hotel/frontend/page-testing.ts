import type { Page } from "@faultline/service/testing/browser";

/** Signs in with the button at the top; the password is the sample data's. */
export async function signIn(page: Page, number: number): Promise<void> {
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("User name").fill(`Cornell_${number}`);
  await page.getByLabel("Password").fill(String(number).repeat(10));
  await page.getByLabel("Password").press("Enter");
  await page.getByText(`Signed in as Cornell_${number}`).waitFor();
}

/** Types coordinates and searches. */
export async function searchAt(page: Page, lat: string, lon: string): Promise<void> {
  await page.getByLabel("Latitude").fill(lat);
  await page.getByLabel("Longitude").fill(lon);
  await page.getByRole("button", { name: "Search hotels" }).click();
}
