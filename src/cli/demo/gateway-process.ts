/** The gateway as a child process of the demo: the daemon of `gondola run`, with its configuration from IPC. */
import { stringify } from "yaml";
import { configSchema } from "../../config/schema.ts";
import { type Daemon, type DaemonOptions, startDaemon } from "../../daemon/daemon.ts";
import { createLog } from "../../daemon/log.ts";
import { priceInstantOf } from "../../words/time.ts";

type Order =
	| { type: "start"; config: unknown; showing: NonNullable<DaemonOptions["labelShowing"]> }
	| { type: "setClock"; aheadMs: number }
	| { type: "waitForArticle"; sku: string }
	| { type: "bind"; bindings: { label: string; sku: string; hwType: number }[] };

let daemon: Daemon | undefined;

/** The wall clock of this process, which a drill sets; the clock of the gateway reads it. */
let aheadMs = 0;
const trueNow = Date.now;
Date.now = () => trueNow() + aheadMs;

async function obey(order: Order): Promise<object> {
	switch (order.type) {
		case "start":
			daemon = await startDaemon(configSchema.parse(order.config), {
				labelShowing: order.showing,
				isDemo: true,
				configText: stringify(order.config, { lineWidth: 0 }),
				log: createLog(process.env["GONDOLA_LOG"] ?? "error"),
			});
			return { type: "ready", addresses: { ...daemon.addresses, labels: await labelPorts(daemon) } };
		case "setClock":
			({ aheadMs } = order);
			return { type: "done" };
		case "waitForArticle": {
			const { ledger } = daemon!;
			for (
				let next = ledger.bells.wait("price", 500);
				!ledger.read.prices.effective(order.sku, priceInstantOf(ledger.now(), ledger.read));
				next = ledger.bells.wait("price", 500)
			)
				await next;
			return { type: "done" };
		}
		case "bind": {
			const { ledger } = daemon!;
			const unbound = order.bindings.filter(
				(binding) => ledger.read.labels.get(binding.label)?.sku == null && ledger.read.articles.bySku(binding.sku),
			);
			for (let from = 0; from < unbound.length; from += 200) await ledger.do("bindLabels", { bindings: unbound.slice(from, from + 200) });
			return { type: "done" };
		}
	}
}

/** The ports for labels open a moment after the others. */
async function labelPorts(it: Daemon): Promise<{ udpPort: number; getdataPort: number } | null> {
	for (let tries = 0; tries < 100; tries += 1) {
		const ports = it.labelPorts();
		if (ports === undefined) return null;
		if (ports.udpPort !== 0 && ports.getdataPort !== 0) return ports;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	return null;
}

/** Why the store does not open, with the demo's options in place of settings. An unforeseen error shows its stack. */
function inDemoWords(error: Error): string {
	if (!["StartFailed", "ConfigWrong", "DirectoryBusy"].includes(error.name)) return error.stack ?? error.message;
	return error.message.replaceAll("desk.port", "--port").replaceAll("broker.port", "--mqtt-port");
}

process.on("message", (order: Order) => {
	obey(order).then(
		(answer) => process.send?.(answer),
		(error: Error) => process.send?.({ type: "failed", message: inDemoWords(error) }),
	);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void (daemon?.stop() ?? Promise.resolve()).finally(() => process.exit(0)));
