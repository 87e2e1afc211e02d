/** Head office in a process that may be killed. */
import { startHq } from "../../../src/hq/service.ts";

export interface HqOrder {
	databaseUrl: string;
	brokerUrl: string;
	port: number;
	/** Left out: as head office does it. */
	lookForNewsEveryMs?: number;
}

export interface HqReport {
	/** What it would speak for at this very moment. */
	shards: string[];
	stores: string[];
	cpuMs: number;
	rssBytes: number;
	peakRssBytes: number;
}

const order = JSON.parse(process.argv[2]!) as HqOrder;
const hq = await startHq({ ...order, tenant: "t", report: () => {} });

process.on("message", ({ n, ask }: { n: number; ask: "status" | "stop" }) => {
	if (ask === "status") {
		const { user, system } = process.cpuUsage();
		const report: HqReport = {
			shards: hq.line!.shards(),
			stores: hq.line!.talking(),
			cpuMs: Math.round((user + system) / 1_000),
			rssBytes: process.memoryUsage.rss(),
			peakRssBytes: process.resourceUsage().maxRSS * 1_024,
		};
		process.send!({ n, answer: report });
		return;
	}
	void hq.stop().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));
process.send!({ n: 0, answer: { url: hq.url } });
