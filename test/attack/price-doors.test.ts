/** Senseless prices at every door by which a price comes in at head office: refused, or held for a second person; never released. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Office, startOffice } from "../support/processes.ts";

let office: Office;
let pushes = 0;
const usual = { sku: "milk", name: "Milk", amount: "1.99", currency: "EUR" };
type Row = typeof usual;

interface Door {
	type: string;
	write(row: Row): string;
}

const escaped = (text: string): string => text.replace(/[<&>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** Minor units as the digits stand: what is no number stays as it is. */
const minorOf = (amount: string): string =>
	/^-?\d+\.\d\d$/.test(amount) ? amount.replace(".", "").replace(/^(-?)0+(?=\d)/, "$1") : amount;
const doors: Record<string, Door> = {
	"a CSV file": {
		type: "text/csv",
		write: ({ sku, name, amount, currency }) => `sku,name,amount,currency\n${sku},${name},"${amount}",${currency}\n`,
	},
	"an XML file": {
		type: "application/xml",
		write: (row) =>
			`<prices><item>${Object.entries(row)
				.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
				.join("")}</item></prices>`,
	},
	"lines of JSON": {
		type: "application/x-ndjson",
		write: ({ amount, ...row }) => `${JSON.stringify(row).slice(0, -1)},"amount":${amount}}\n`,
	},
	"a request in JSON": {
		type: "application/json",
		write: ({ sku, name, amount, currency }) =>
			`{"id":"p${pushes}","stores":"all","changes":[{"sku":"${sku}","name":"${name}","amountMinor":${minorOf(amount)},"currency":"${currency}"}]}`,
	},
};

interface Pushed {
	status: number;
	accepted?: number;
	rejected?: unknown[];
	held?: unknown[];
	code?: string;
}

async function push(door: Door, row: Partial<Row>): Promise<Pushed> {
	pushes += 1;
	const body = door.write({ ...usual, ...row });
	const query = door.type === "application/json" ? "" : `?id=p${pushes}&stores=all`;
	const answer = await office.ask(`/api/v1/pushes${query}`, { method: "POST", headers: { "content-type": door.type }, body });
	return { status: answer.status, ...((await answer.json()) as object) };
}

beforeAll(async () => {
	office = await startOffice();
	await office.ask("/api/v1/stores", { method: "POST", headers: { "content-type": "application/json" }, body: '{"id":"0117"}' });
}, 400_000);
afterAll(() => office?.end());

describe.each(Object.entries(doors))("by %s", (_, door) => {
	it("a sensible price is taken (so that the refusals below mean something)", async () => {
		expect(await push(door, {})).toMatchObject({ status: 202, accepted: 1 });
	});

	it.each<[string, Partial<Row>]>([
		["nothing", { amount: "0.00" }],
		["less than nothing", { amount: "-1.99" }],
		["an exponent", { amount: "199e-2" }],
		["a huge exponent", { amount: "1e400" }],
		["no number", { amount: "NaN" }],
		["without an end", { amount: "Infinity" }],
		["a number in another base", { amount: "0x10" }],
		["a million times as much", { amount: "1990000.00" }],
		["a hundredth of it", { amount: "0.01" }],
		["more than any integer", { amount: "99999999999999999999.00" }],
		["two points", { amount: "1.9.9" }],
		["a formula", { amount: "=1+1" }],
		["other digits", { amount: "１.９９" }],
		["another currency", { currency: "USD" }],
		["a currency that there is not", { currency: "EURO" }],
		["an article without a name", { sku: "nameless", name: "" }],
		["an article of signs that nobody sees", { sku: "unseen", name: "\u200b\u2060" }],
	])("%s is refused or held", async (_what, row) => {
		const { status, held = [], rejected = [] } = await push(door, row);
		if (status === 202) expect(held.length + rejected.length).toBeGreaterThan(0);
		else expect([400, 422]).toContain(status);
		const shown = (await (await office.ask("/api/v1/articles/milk")).json()) as object;
		expect(JSON.stringify(shown)).not.toMatch(/"amountMinor":(?!199\b)/);
	});
});
