/** A store of its own process, which a test kills: settles baskets while a fiscal device signs them. */
import { createClock } from "../../../src/daemon/clock.ts";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";
import { tendFiscal } from "../../../src/floor/fiscal.ts";

const [directory, tcpPort, first] = JSON.parse(process.argv[2]!) as [string, number, number];
const ledger = await openStoreLedger(directory, createClock().now);
await ledger.do("keepFiscal", { rules: { device: "fiscal", waitSeconds: 30, offlineHours: 48 } });
const quiet = { info() {}, warn() {}, error() {} };
const options = { id: "fiscal", family: "fiscal", protocol: "gondola-fiscal", host: "127.0.0.1", tcpPort } as const;
tendFiscal(ledger, { ...options, waitSeconds: 30, offlineHours: 48, silentAfterMs: 12_000 }, quiet);

for (let n = first; n < first + 500; n += 1) {
	await ledger.do("openBasket", { id: `b${n}`, till: "till-1" });
	await ledger.do("addToBasket", { basket: `b${n}`, code: "100", id: "scan-1" });
	await ledger.do("settleBasket", { basket: `b${n}`, id: `s${n}` });
	process.send!(n);
}
