/**
 * A till that leaves the arithmetic to the store: scans into a basket, hears what each line costs and why, and is paid.
 *
 *   node examples/basket-over-mqtt.ts mqtt://127.0.0.1:1883 CODE[,CODE…] [TILL]
 *
 *   gondola/1/till/{till}/basket/{act}       we publish   {id, basket, …}   open, add, drop, member, coupon, age, weight, settle …
 *   gondola/1/till/{till}/basket/{act}/ack   it answers   {id, done: {…}} or {id, refused: {code, why}}, once it is on disk
 *
 * The id makes an act count once: a till that heard no answer publishes the same message again.
 */
import { randomUUID } from "node:crypto";
import { connectAsync } from "mqtt";

interface Basket {
	totalMinor: number;
	currency: string | null;
	lines: { line: number; name: string; quantity: number; amountMinor: number; why: string; stop?: string }[];
}

const [url, codes, till = "till-1"] = process.argv.slice(2);
if (!url || !codes) {
	console.error("usage: node examples/basket-over-mqtt.ts mqtt://HOST:PORT CODE[,CODE…] [TILL]");
	process.exit(2);
}

interface Answer {
	id: string;
	done?: Basket;
	refused?: { code: string; why: string };
}

const basket = randomUUID();
const client = await connectAsync(url, { clientId: till, clean: true });
const waiting = new Map<string, (answer: Answer) => void>();
client.on("message", (_, payload) => {
	const answer = JSON.parse(payload.toString()) as Answer;
	waiting.get(answer.id)?.(answer);
});
await client.subscribeAsync(`gondola/1/till/${till}/basket/+/ack`, { qos: 1 });

async function ask(act: string, more: object = {}): Promise<Basket> {
	const id = randomUUID();
	const { promise, resolve, reject } = Promise.withResolvers<Answer>();
	const timer = setTimeout(() => reject(new Error("no answer within ten seconds")), 10_000);
	waiting.set(id, resolve);
	await client.publishAsync(`gondola/1/till/${till}/basket/${act}`, JSON.stringify({ id, basket, ...more }), { qos: 1 });
	const { done, refused } = await promise;
	clearTimeout(timer);
	if (refused) throw new Error(`${refused.code}: ${refused.why}`);
	return done!;
}

try {
	await ask("open");
	for (const code of codes.split(",")) await ask("add", { code });
	const { lines, totalMinor, currency } = await ask("show");
	for (const { quantity, name, amountMinor, why, stop } of lines) console.log(`${quantity} ${name}   ${amountMinor}   ${stop ?? why}`);
	// A person at the till looks at the customer; the till says who.
	if (lines.some(({ stop }) => stop === "age")) await ask("age", { person: "Mara" });
	await ask("settle", { totalMinor });
	console.log(`paid ${totalMinor} ${currency}`);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
} finally {
	await client.endAsync();
}
