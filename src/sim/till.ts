import mqtt, { type MqttClient } from "mqtt";

/**
 * A till that never loses a sale: a sale is published again under the same id until the gateway acknowledges that it
 * has it. It waits for the gateway, but no shopper waits for it; when too much is unacknowledged the till is closed.
 *
 *   gondola/1/till/{till}/sale       {id, at, lines: [{sku, quantity | milligrams, amountMinor}], receipt: true}
 *   gondola/1/till/{till}/sale/ack   {id}
 *
 * quantity is pieces; weighed goods give their milligrams instead. amountMinor is what the line costs.
 */
export interface SaleLine {
	sku: string;
	quantity?: number;
	milligrams?: number;
	amountMinor: number;
}

export interface Till {
	connect(broker: string): void;
	/** The sale's id, or undefined while too many wait. */
	sell(lines: readonly SaleLine[]): string | undefined;
	counts(): { sold: number; acknowledged: number; waiting: number };
	stop(): Promise<void>;
}

const salesWaiting = 200;
const publishAgainMs = 2_000;

export function openTill(till: string, runId: string): Till {
	const topic = `gondola/1/till/${till}/sale`;
	const waiting = new Map<string, { message: string; sentAtMs: number }>();
	let client: MqttClient | undefined;
	let sold = 0;
	let acknowledged = 0;

	const publish = (id: string): void => {
		const sale = waiting.get(id);
		if (!sale || !client?.connected) return;
		sale.sentAtMs = performance.now();
		client.publish(topic, sale.message, { qos: 1 }, () => {}); // the broker's PUBACK is not the gateway's acknowledgement
	};
	const again = setInterval(() => {
		for (const [id, sale] of waiting) if (performance.now() - sale.sentAtMs >= publishAgainMs) publish(id);
	}, publishAgainMs / 3);

	return {
		connect(broker) {
			client?.end(true);
			const next = mqtt.connect(broker, { clientId: till, clean: true, reconnectPeriod: 1_000 });
			next.on("connect", () => {
				next.subscribe(`${topic}/ack`, { qos: 1 }, () => {
					for (const id of waiting.keys()) publish(id);
				});
			});
			next.on("message", (_topic, payload) => {
				const id = acknowledgedId(payload);
				if (id !== undefined && waiting.delete(id)) acknowledged += 1;
			});
			next.on("error", () => {}); // the broker is away; mqtt tries again by itself
			client = next;
		},
		sell(lines) {
			if (waiting.size >= salesWaiting) return undefined;
			sold += 1;
			const id = `${till}-${runId}-${sold}`;
			const message = JSON.stringify({ id, at: new Date().toISOString(), lines, receipt: true });
			waiting.set(id, { message, sentAtMs: 0 });
			publish(id);
			return id;
		},
		counts: () => ({ sold, acknowledged, waiting: waiting.size }),
		async stop() {
			clearInterval(again);
			await client?.endAsync(true).catch(() => {});
		},
	};
}

function acknowledgedId(payload: Uint8Array): string | undefined {
	try {
		const { id } = JSON.parse(Buffer.from(payload).toString("utf8")) as { id?: unknown };
		return typeof id === "string" ? id : undefined;
	} catch {
		return undefined;
	}
}
