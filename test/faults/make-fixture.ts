/**
 * `node test/faults/make-fixture.ts N`: keeps a small data directory of this build's shape, for the builds to come. Run once, when a shape
 * is released.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { dice, shopDay } from "./shop-day.ts";

const shape = process.argv[2];
if (shape === undefined) throw new Error("say which shape this is: node test/faults/make-fixture.ts 1");
const folder = join(import.meta.dirname, "fixtures");
const directory = join(folder, "made");
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const writer = createWriter(directory, flows);
const next = shopDay(dice(11), { catalog: 0, stock: 0 });
for (let n = 1; n <= 60; n += 1) writer.run([next(n).call]);
writer.close();
writeFileSync(join(folder, `shape-${shape}.db.gz`), gzipSync(readFileSync(join(directory, "ledger.db")), { level: 9 }));
rmSync(directory, { recursive: true, force: true });
