import { serve } from "@faultline/service/serve";
import { service } from "../../main.ts";

/** Built with the configuration of another deployment baked in: its database server is at port 27777. */
await serve({ ...service, databaseAt: { port: 27_777 } });
