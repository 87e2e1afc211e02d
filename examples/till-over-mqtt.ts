/**
 * A till: books one sale of one piece and waits for the answer.
 *
 *   node examples/till-over-mqtt.ts mqtt://127.0.0.1:1883 SKU [TILL]
 *
 *   gondola/1/till/{till}/sale       we publish   {id, at, lines: [{sku, quantity, amountMinor}]}
 *   gondola/1/till/{till}/sale/ack   it answers   {id, accepted, …}   once the sale is on disk
 *
 * The id makes the sale count once: a till that heard no answer publishes the same message again.
 */
import { randomUUID } from "node:crypto";
import { connectAsync } from "mqtt";

const [url, sku, till = "till-1"] = process.argv.slice(2);
if (!url || !sku) {
	console.error("usage: node examples/till-over-mqtt.ts mqtt://HOST:PORT SKU [TILL]");
	process.exit(2);
}

const topic = `gondola/1/till/${till}/sale`;
const sale = { id: randomUUID(), at: new Date().toISOString(), lines: [{ sku, quantity: 1, amountMinor: 129 }] };

const client = await connectAsync(url, { clientId: till, clean: true });
try {
	const answer = new Promise<unknown>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error("no answer within ten seconds")), 10_000);
		client.on("message", (_, payload) => {
			const said = JSON.parse(payload.toString()) as { id: string };
			if (said.id !== sale.id) return;
			clearTimeout(timer);
			resolve(said);
		});
	});
	await client.subscribeAsync(`${topic}/ack`, { qos: 1 });
	await client.publishAsync(topic, JSON.stringify(sale), { qos: 1 });
	console.log(JSON.stringify(await answer));
} finally {
	await client.endAsync();
}
