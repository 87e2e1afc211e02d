import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Desk, startDesk } from "../../src/desk/server.ts";
import type { EventBody } from "../../src/words/event.ts";
import { fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const ledger = fakeLedger();
let desk: Desk;

beforeAll(async () => {
	desk = await startDesk(deskOptions({ ledger, streams: { drainMs: 700, heartbeatMs: 40 } }));
});
afterAll(() => desk.stop());

const scan = (code: string): EventBody => ({
	type: "article.scanned",
	device: "scanner-1",
	code,
	symbology: "ean13",
	symbologySource: "aim",
	gtin: null,
	sku: null,
	name: null,
	amountMinor: null,
	currency: null,
});

/** Reads a live stream until `enough` says so, then hangs up. */
async function listen(
	headers: Record<string, string>,
	enough: (text: string) => boolean,
	query = "",
	meanwhile?: () => void,
): Promise<string> {
	const abort = new AbortController();
	const answer = await fetch(`${desk.url}/api/v1/events${query}`, {
		headers: { accept: "text/event-stream", ...headers },
		signal: abort.signal,
	});
	expect(answer.headers.get("content-type")).toContain("text/event-stream");
	meanwhile?.();
	const chunks: string[] = [];
	let tail = "";
	for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
		chunks.push(chunk);
		tail = (tail + chunk).slice(-64_000);
		if (enough(tail)) break;
	}
	abort.abort();
	return chunks.join("");
}
const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe("a page of events", () => {
	it("goes on where the last one ended", async () => {
		ledger.happenMany(Array.from({ length: 7 }, (_, n) => scan(String(n))));
		const first = (await (await fetch(`${desk.url}/api/v1/events?limit=5`)).json()) as { items: { seq: number }[]; next: number };
		expect([first.items.length, first.next]).toEqual([5, 5]);
		const rest = (await (await fetch(`${desk.url}/api/v1/events?after=5`)).json()) as { items: { seq: number }[]; next?: number };
		expect([rest.items.map((each) => each.seq), rest.next]).toEqual([[6, 7], undefined]);
		const newest = (await (await fetch(`${desk.url}/api/v1/events?newest=3`)).json()) as { items: { seq: number }[] };
		expect(newest.items.map((each) => each.seq)).toEqual([5, 6, 7]);
	});
});

describe("a live stream", () => {
	it("starts from now and carries what happens next", async () => {
		const text = await listen(
			{},
			(text) => text.includes("LIVE"),
			"",
			() => ledger.happen(scan("LIVE")),
		);
		expect(ids(text)).toEqual([8]);
		expect(JSON.parse(/^data: (.+)$/m.exec(text)![1]!)).toMatchObject({ seq: 8, type: "article.scanned", code: "LIVE" });
	});

	it("resumes after Last-Event-ID and misses nothing, over any number of pages", async () => {
		ledger.happenMany(Array.from({ length: 1_200 }, () => scan("backlog")));
		const last = ledger.read.events.last();
		const text = await listen({ "last-event-id": "3" }, (text) => text.includes(`id: ${last}\n`), "?after=900");
		expect(ids(text)).toEqual(Array.from({ length: last - 3 }, (_, n) => n + 4));
	});

	it("tells a reader from before a restore to start over", async () => {
		const text = await listen({ "last-event-id": "999999" }, (text) => text.includes("restart"));
		expect(text).toContain("event: restart");
	});

	it("says something now and then, so that nobody on the way hangs up", async () => {
		expect(await listen({}, (text) => text.includes("\n:\n"))).toContain(":\n\n");
	});

	it("refuses a Last-Event-ID that is no number", async () => {
		const answer = await fetch(`${desk.url}/api/v1/events`, { headers: { accept: "text/event-stream", "last-event-id": "x" } });
		expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, "bad-field"]);
	});

	it("is cut off for a client that does not read, and the others do not notice", async () => {
		const { port } = new URL(desk.url);
		const sleeper = connect(Number(port), "127.0.0.1");
		const gone = new Promise((resolve) => sleeper.once("close", resolve));
		sleeper.on("error", () => {});
		sleeper.write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
		await new Promise((resolve) => sleeper.once("data", resolve));
		sleeper.pause();
		const lively = listen(
			{},
			(text) => text.includes('"code":"END"'),
			"",
			() => {
				ledger.happenMany(Array.from({ length: 2_000 }, () => scan("x".repeat(8_000))));
				ledger.happen(scan("END"));
			},
		);
		expect(ids(await lively)).toHaveLength(2_001);
		const dropped = async () => /gondola_streams_dropped_total (\d+)/.exec(await (await fetch(`${desk.url}/metrics`)).text())?.[1];
		await expect.poll(dropped, { timeout: 60_000, interval: 100 }).toBe("1");
		sleeper.resume();
		await gone;
	});

	it("ends with the desk and leaves no bell behind", async () => {
		const heard = ledger.listeners();
		const other = await startDesk(deskOptions({ ledger }));
		const stream = await fetch(`${other.url}/api/v1/events`, { headers: { accept: "text/event-stream" } });
		await other.stop();
		await stream.text().catch(() => "");
		expect(ledger.listeners()).toBe(heard);
	});
});
