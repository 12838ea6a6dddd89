/** A page of metrics in Prometheus's text format: the value of each series, by its name with labels. */
export async function metricsAt(
  url: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(url, { signal })).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** The sum of all series whose names fit. */
export function sumOf(metrics: ReadonlyMap<string, number>, name: RegExp): number {
  return [...metrics].reduce((sum, [series, value]) => (name.test(series) ? sum + value : sum), 0);
}

/** How many requests of a route a front door has answered with a status from 500 on. */
export function serverErrors(metrics: ReadonlyMap<string, number>, route: string): number {
  return [...metrics].reduce((sum, [series, count]) => {
    const counts =
      series.startsWith("http_server_request_duration_seconds_count{") &&
      series.includes(`http_route="${route}"`) &&
      /http_response_status_code="5\d\d"/.test(series);
    return counts ? sum + count : sum;
  }, 0);
}
