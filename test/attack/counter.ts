/** A gateway with a receipt printer (virtual, and the judge of what is on paper) behind both doors for tills. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSlipBox, type SlipBox } from "../../src/sim/printer/paper-roll.ts";
import { startPrinter, type VirtualPrinter } from "../../src/sim/printer/printer.ts";
import { startTimeline } from "../../src/sim/timeline.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { deskToken, type GatewayUnderAttack, startGateway } from "./world.ts";

export interface CounterUnderAttack {
	gateway: GatewayUnderAttack;
	printer: VirtualPrinter;
	box: SlipBox;
	epos: number;
	raw: number;
	/** Print jobs at the desk. */
	jobs(): Promise<{ id: string; state: string; why: string | null; document: string }[]>;
	ask(method: string, path: string, body?: unknown): Promise<Response>;
	end(): Promise<void>;
}

export async function startCounter(store: string, millimetresPerSecond = 4_000): Promise<CounterUnderAttack> {
	const folder = mkdtempSync(join(tmpdir(), "slips-"));
	const [box, timeline] = [openSlipBox(folder), startTimeline()];
	const printer = await startPrinter({ id: "printer-1", millimetresPerSecond, bootMs: 20 }, box, timeline);
	const [epos, raw] = (await freePorts(2)) as [number, number];
	const gateway = await startGateway(
		store,
		undefined,
		[
			"devices:",
			`  - { id: printer-1, family: printer, protocol: esc-pos, host: 127.0.0.1, tcpPort: ${printer.port}, confirm: process-id }`,
			`epos: { host: 127.0.0.1, ports: [${epos}], allow: [127.0.0.1], printers: { local_printer: printer-1 } }`,
			`raw: { host: 127.0.0.1, allow: [127.0.0.1], printers: { printer-1: ${raw} } }`,
			"",
		].join("\n"),
	);
	const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
		fetch(`${gateway.desk.url}/api/v1${path}`, {
			method,
			headers: { authorization: `Bearer ${deskToken}`, ...(body !== undefined && { "content-type": "application/json" }) },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
	const counter: CounterUnderAttack = {
		...{ gateway, printer, box, epos, raw, ask },
		jobs: async () =>
			((await (await ask("GET", "/print-jobs")).json()) as { items: Awaited<ReturnType<CounterUnderAttack["jobs"]>> }).items,
		async end() {
			await gateway.end();
			await printer.stop();
			timeline.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
	await until(
		async () => ((await (await ask("GET", "/devices/printer-1")).json()) as { detail?: { online?: boolean } }).detail?.online === true,
		"the printer answers",
	);
	return counter;
}

const eposDocument = (operations: string): string =>
	`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><epos-print ` +
	`xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">${operations}</epos-print></s:Body></s:Envelope>`;

/** A till's document at the ePOS door; the answer's text. */
export async function printByEpos({ epos }: CounterUnderAttack, operations: string): Promise<string> {
	const address = `http://127.0.0.1:${epos}/cgi-bin/epos/service.cgi?devid=local_printer&timeout=10000`;
	const answer = await fetch(address, { method: "POST", headers: { "content-type": "text/xml" }, body: eposDocument(operations) });
	return answer.text();
}
