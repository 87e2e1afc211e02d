import { mkdtempSync, rmSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openDeskCertificate } from "../../src/daemon/start/desk-certificate.ts";
import { startEpos } from "../../src/epos/epos.ts";
import { type PrinterSettings } from "../../src/sim/printer/printer.ts";
import { openCounter } from "./counter.ts";

interface Asked {
	query?: string;
	origin?: string;
	method?: string;
	path?: string;
	isSecure?: boolean;
	/** The till gives up then. */
	signal?: AbortSignal;
	/** The till's own address. */
	from?: string;
}

interface Heard {
	http: number;
	success: boolean | undefined;
	code: string | undefined;
	status: number;
	headers: Record<string, unknown>;
	text: string;
}

/** The service before a real ledger, a real tender and a virtual printer; the pile of slips is the judge. */
async function till(settings: Partial<PrinterSettings> = {}, epos: { allow?: string[]; origins?: string[] } = {}) {
	const folder = mkdtempSync(join(tmpdir(), "gondola-epos-"));
	const { box, printer, ledger, log, stop } = await openCounter(folder, settings);
	const tls = await openDeskCertificate({ data: folder, desk: { names: [] } as never });
	const service = await startEpos({
		ledger,
		host: "127.0.0.1",
		ports: [0],
		allow: ["127.0.0.0/8"],
		origins: ["https://till.example"],
		printers: { local_printer: "printer-1" },
		tls,
		log,
		...epos,
	});
	onTestFinished(async () => {
		await service.stop();
		await stop();
		rmSync(folder, { recursive: true, force: true });
	});
	await vi.waitUntil(() => ledger.read.devices.get("printer-1")?.state === "well", { timeout: 60_000 });
	return {
		printer,
		ledger,
		complete: () => box.slips().filter((slip) => slip.state === "complete").length,
		ask: (body: string, asked: Asked = {}) => ask(service.ports[0]!, body, asked),
		/** Every document that was ever queued has come to an end. */
		isQuiet: () => vi.waitUntil(() => Object.keys(ledger.read.jobs.counts()).every((s) => s !== "queued" && s !== "printing"), 60_000),
	};
}

function ask(port: number, body: string, asked: Asked): Promise<Heard> {
	const {
		query = "devid=local_printer&timeout=30000",
		method = "POST",
		path = "/cgi-bin/epos/service.cgi",
		origin,
		isSecure,
		signal,
		from,
	} = asked;
	return new Promise((done, failed) => {
		const request = (isSecure ? tlsRequest : plainRequest)(
			{
				host: "127.0.0.1",
				port,
				method,
				path: `${path}?${query}`,
				rejectUnauthorized: false,
				headers: { "content-type": "text/plain;charset=UTF-8", ...(origin && { origin }) },
				...(signal && { signal }),
				...(from !== undefined && { localAddress: from }),
			},
			(response) => {
				let text = "";
				response.setEncoding("utf8");
				response.on("data", (piece) => (text += piece));
				response.on("end", () => {
					const success = /<response success="(\w+)"/.exec(text)?.[1];
					done({
						http: response.statusCode!,
						success: success === undefined ? undefined : success === "true",
						code: / code="([^"]*)"/.exec(text)?.[1],
						status: Number(/ status="(\d+)"/.exec(text)?.[1]),
						headers: response.headers,
						text,
					});
				});
			},
		);
		request.on("error", failed);
		request.end(body);
	});
}

const envelope = (print: string, header = ""): string =>
	`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${header}<s:Body><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">${print}</epos-print></s:Body></s:Envelope>`;
const receipt = envelope(`${"<text>Milk           1.29&#10;</text>".repeat(12)}<cut type="feed"/>`);
const picture = envelope(
	`<image width="64" height="200" align="center">${Buffer.alloc(1_600, 0xa5).toString("base64")}</image><cut type="feed"/>`,
);

describe("a till that knows Epson printers", () => {
	it("hears success when the slip is on paper, and prints a second one when it asks again after that", async () => {
		const at = await till();
		for (const papers of [1, 2]) {
			expect(await at.ask(receipt)).toMatchObject({ http: 200, success: true, code: "" });
			expect(at.complete()).toBe(papers);
		}
		expect(await at.ask(picture, { isSecure: true })).toMatchObject({ success: true });
		expect(at.complete()).toBe(3);
	});

	it("gets one slip when it gives up and sends the same receipt again, while it is printed and after", async () => {
		const at = await till({ millimetresPerSecond: 40 });
		const impatient = new AbortController();
		const first = at.ask(picture, { signal: impatient.signal }).catch((error: Error) => error.name);
		await vi.waitUntil(() => at.ledger.read.jobs.counts().printing === 1, { timeout: 60_000 });
		impatient.abort();
		expect(await first).toBe("AbortError");
		expect(await at.ask(picture)).toMatchObject({ success: true });
		expect(at.complete()).toBe(1);

		const again = new AbortController();
		const third = at.ask(receipt, { signal: again.signal }).catch((error: Error) => error.name);
		await vi.waitUntil(() => at.ledger.read.jobs.counts().printing === 1, { timeout: 60_000 });
		again.abort();
		await third;
		await vi.waitUntil(() => at.complete() === 2, { timeout: 60_000 });
		await at.isQuiet();
		expect(await at.ask(receipt)).toMatchObject({ success: true });
		expect(at.complete()).toBe(2);
	});

	it("gets its own slip though another till prints the same text, or under the same job id, at the same time", async () => {
		const at = await till({ millimetresPerSecond: 60 });
		const header = '<s:Header><parameter xmlns="x"><printjobid>1</printjobid></parameter></s:Header>';
		for (const body of [receipt, envelope("<text>Hi&#10;</text>", header)]) {
			const before = at.complete();
			const both = ["127.0.0.1", "127.0.0.2"].map((from) => at.ask(body, { from }));
			expect((await Promise.all(both)).map(({ success }) => success)).toEqual([true, true]);
			expect(at.complete() - before).toBe(2);
		}
	});

	it("is told before printing that the paper is out, and nothing comes out later but what it asks for again", async () => {
		const at = await till();
		at.printer.paperOut();
		await vi.waitUntil(() => at.ledger.read.devices.get("printer-1")?.detail["paper"] === "out", { timeout: 60_000 });
		expect(await at.ask(receipt)).toMatchObject({ http: 200, success: false, code: "EPTR_REC_EMPTY" });
		expect(await at.ask(envelope(""))).toMatchObject({ success: true, code: "" });
		at.printer.paperIn();
		await vi.waitUntil(() => at.ledger.read.devices.get("printer-1")?.detail["paper"] === "ok", { timeout: 60_000 });
		expect(await at.ask(receipt)).toMatchObject({ success: true });
		await at.isQuiet();
		expect(at.complete()).toBe(1);
	});

	it("opens the drawer once, without paper", async () => {
		const at = await till();
		expect(await at.ask(envelope("<pulse/>"))).toMatchObject({ success: true });
		expect(at.printer.facts().drawerPulses).toBe(1);
		expect(await at.ask(envelope("<text>Paid&#10;</text><pulse/>"))).toMatchObject({ success: true });
		await vi.waitUntil(() => at.printer.facts().drawerPulses === 2, { timeout: 60_000 });
		expect(at.complete()).toBe(1);
	});

	it.each([
		["a body that is no XML", "hello", {}, "SchemaError"],
		["a device id that no printer has", receipt, { query: "devid=bar2" }, "DeviceNotFound"],
		["raw commands", envelope("<text>a</text><command>1b7000</command>"), {}, "SchemaError"],
		["an element that ePOS does not define", envelope('<text>a&#10;</text><hologram n="1"/>'), {}, "SchemaError"],
		["an attribute that ePOS does not define", envelope('<text glitter="true">a&#10;</text>'), {}, "SchemaError"],
		["a vertical rule", envelope('<vline-begin x="100"/><text>a&#10;</text><vline-end x="100"/>'), {}, "SchemaError"],
		["text at a place of its own", envelope('<text>2</text><text x="300">1,29&#10;</text>'), {}, "SchemaError"],
		["the layout of label paper", envelope('<layout type="label" width="580"/><text>a&#10;</text>'), {}, "SchemaError"],
		["a picture whose bytes are not its dots", envelope('<image width="16" height="4">//8=</image>'), {}, "SchemaError"],
		["a bar code with a wrong check digit", envelope('<barcode type="ean13">4006381333932</barcode>'), {}, "PrintSystemError"],
		["a body larger than any receipt", " ".repeat(5_000_000), {}, "RequestEntityTooLarge"],
		["a customer display", receipt, { path: "/cgi-bin/eposDisp/service.cgi" }, "EDSP_NOT_FOUND"],
	])("prints nothing of %s", async (_, body, asked, code) => {
		const at = await till();
		expect(await at.ask(body, asked)).toMatchObject({ http: 200, success: false, code });
		await at.isQuiet();
		expect(at.printer.facts().rowsPrinted).toBe(0);
		expect(at.printer.facts().drawerPulses).toBe(0);
	});

	it("asks by its own job id, and the same id again prints nothing new", async () => {
		const at = await till();
		const header = '<s:Header><parameter xmlns="x"><printjobid>till3-417</printjobid></parameter></s:Header>';
		expect(await at.ask(envelope("", header))).toMatchObject({ success: false, code: "JobNotFound" });
		const first = await at.ask(envelope("<text>Hi&#10;</text>", header));
		expect(first).toMatchObject({ success: true });
		expect(first.text).toContain("<printjobid>till3-417</printjobid>");
		expect(await at.ask(envelope("", header))).toMatchObject({ success: true, code: "" });
		expect(at.complete()).toBe(1);
	});
});

describe("who may print", () => {
	it("refuses an address that is not a till's, and the page of another site, and prints nothing", async () => {
		const stranger = await till({}, { allow: ["192.0.2.0/24"] });
		expect(await stranger.ask(receipt)).toMatchObject({ http: 403 });
		const page = await till();
		expect(await page.ask(receipt, { origin: "https://evil.example" })).toMatchObject({ http: 403 });
		expect(await page.ask(receipt, { origin: "null" })).toMatchObject({ http: 403 });
		expect(page.ledger.read.jobs.counts()).toEqual({});
	});

	it("answers a browser's preflight for a page it knows", async () => {
		const at = await till();
		const asked = await at.ask("", { method: "OPTIONS", origin: "https://till.example" });
		expect(asked.http).toBe(204);
		expect(asked.headers).toMatchObject({
			"access-control-allow-origin": "https://till.example",
			"access-control-allow-headers": expect.stringContaining("soapaction"),
		});
		const printed = await at.ask(receipt, { origin: "https://till.example" });
		expect(printed).toMatchObject({ success: true, headers: { "access-control-allow-origin": "https://till.example" } });
	});
});
