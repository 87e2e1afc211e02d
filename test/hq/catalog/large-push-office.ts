/** A head office in a process of its own, which a test kills. Tells its address. */
import { join } from "node:path";
import { startHq } from "../../../src/hq/service.ts";

const home = process.argv[2]!;
const hq = await startHq({ port: 0, tenant: "test", currency: "EUR", dataDir: join(home, "database"), directory: home });
await hq.repositories.enroll("k1");
process.send!(hq.url);
