/**
 * The door for tills that know Epson printers: browser and cloud tills send ePOS-Print documents to
 *
 *     POST /cgi-bin/epos/service.cgi?devid=local_printer&timeout=10000        (documents: drivers/printer/epos/)
 *
 * and their receipts go through the queue of every other receipt. TLS and plain HTTP share each port. Plain requests are not
 * redirected to TLS, because a browser refuses a redirect of its CORS preflight. The address of the till and, for a page in a
 * browser, its origin decide who may print: ePOS has no user names or passwords. Every answer to a till has HTTP status 200, as
 * Epson's printers answer; the error is in the document.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { answerXml, type EposAnswer } from "../../drivers/printer/epos/answer.ts";
import { readEposRequest } from "../../drivers/printer/epos/request.ts";
import { boundConnections } from "../access/connections/bound-connections.ts";
import { cutStuckReaders } from "../access/connections/stuck-readers.ts";
import { speakTlsToo } from "../access/tls-too.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { type Admission, admissionOf } from "./admission.ts";
import { listen } from "./listen.ts";
import { openPrinting, type Printing } from "./printing.ts";

export interface EposOptions {
	ledger: StoreLedger;
	host: string;
	ports: readonly number[];
	/** Addresses and networks of the tills. */
	allow: readonly string[];
	/** Origins of pages that may print, such as https://shop.example. */
	origins: readonly string[];
	/** Which printer answers to which `devid`. */
	printers: Readonly<Record<string, string>>;
	tls: SecureContextOptions;
	log: EposLog;
}

export interface EposLog {
	info(facts: object, sentence: string): void;
	warn(facts: object, sentence: string): void;
}

export interface Epos {
	ports: number[];
	/** Uses another certificate for new connections. */
	renewTls(files: SecureContextOptions): void;
	stop(): Promise<void>;
}

const mostBodyBytes = 4 * 1024 * 1024;
const bodyWithinMs = 30_000;
const mostWaiting = 64;
const connectionsMost = { ofOne: 64, all: 512 };
/** A till that accepts nothing of its answer for so long is cut off. */
const stuckMs = 30_000;
const printPath = "/cgi-bin/epos/service.cgi";
const displayPath = "/cgi-bin/eposDisp/service.cgi";
const devicesPath = "/epson_eposdevice/getDeviceList.cgi";

interface Room {
	options: EposOptions;
	admission: Admission;
	printing: Printing;
	waiting: number;
}

/** Rejects when a port is taken or must not be bound; then none stays open. */
export async function startEpos(options: EposOptions): Promise<Epos> {
	const over = new AbortController();
	const room: Room = {
		options,
		admission: admissionOf(options),
		printing: openPrinting(options.ledger, over.signal),
		waiting: 0,
	};
	const servers: Server[] = [];
	const tls: ReturnType<typeof speakTlsToo>[] = [];
	const stop = async (): Promise<void> => {
		over.abort();
		await Promise.all(
			servers.map(
				(server) =>
					new Promise<void>((done) => {
						server.close(() => done());
						server.closeAllConnections();
					}),
			),
		);
	};
	try {
		for (const port of options.ports) {
			const server = createServer({ requestTimeout: bodyWithinMs }, (request, response) => void serve(room, request, response));
			tls.push(speakTlsToo(server, options.tls));
			cutStuckReaders(server, { stuckMs });
			boundConnections(server, connectionsMost);
			servers.push(server);
			await listen(server, options.host, port);
		}
	} catch (error) {
		await stop();
		throw error;
	}
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	options.log.info({ ports, printers: options.printers }, "tills that know Epson printers may print");
	return { ports, stop, renewTls: (files) => tls.forEach((each) => each.renew(files)) };
}

async function serve(room: Room, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const { log } = room.options;
	const address = request.socket.remoteAddress ?? "";
	const { origin } = request.headers;
	const refusal = room.admission.refusal(address, origin);
	if (refusal !== undefined) {
		log.warn({ address, origin, refusal }, "a till was refused that is not in the list `epos`");
		return void response.writeHead(403, { "content-type": "text/plain; charset=utf-8" }).end(`${refusal}\n`);
	}
	for (const [name, value] of room.admission.headers(request.headers)) response.setHeader(name, value);
	try {
		await answer(room, request, response, address);
	} catch (error) {
		log.warn({ address, error: (error as Error).message }, "a till's request could not be answered");
		response.destroy();
	}
}

async function answer(room: Room, request: IncomingMessage, response: ServerResponse, address: string): Promise<void> {
	const [path = "", query = ""] = (request.url ?? "").split("?", 2);
	if (request.method === "OPTIONS") return void response.writeHead(204).end();
	if (request.method === "GET" && path === devicesPath) return sendJson(response, devicesOf(room.options.printers));
	if (request.method === "GET" && path === "/") return sendText(response, welcome);
	if (request.method !== "POST" || (path !== printPath && path !== displayPath))
		return void response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("There is nothing here.\n");
	const body = await bodyOf(request);
	const nothing = { success: false, devid: "", printjobid: null, status: 0 };
	if (path === displayPath) return sendXml(response, { ...nothing, code: "EDSP_NOT_FOUND" });
	if (body === undefined) return sendXml(response, { ...nothing, code: "RequestEntityTooLarge" });
	const read = readEposRequest(query, body);
	if ("fault" in read) return sendXml(response, { ...nothing, code: "SchemaError" });
	const { devid, printjobid } = read.request;
	const printer = Object.hasOwn(room.options.printers, devid) ? room.options.printers[devid]! : undefined;
	if (printer === undefined) return sendXml(response, { ...nothing, devid, printjobid, code: "DeviceNotFound" });
	if (room.waiting >= mostWaiting) return sendXml(response, { ...nothing, devid, printjobid, code: "TooManyRequests" });
	room.waiting += 1;
	try {
		const { isDelivered, ...said } = await room.printing.answer(read.request, { printer, address, log: room.options.log });
		response.once("finish", () => {
			if (!request.socket.destroyed) isDelivered?.();
		});
		sendXml(response, said);
	} finally {
		room.waiting -= 1;
	}
}

/** Undefined for a body larger than `mostBodyBytes`. Throws where it is larger than twice that. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes <= mostBodyBytes) chunks.push(chunk);
		else chunks.length = 0;
		if (bytes > 2 * mostBodyBytes) throw new Error("the body does not end");
	}
	return bytes > mostBodyBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

const devicesOf = (printers: EposOptions["printers"]): object[] =>
	Object.keys(printers).map((deviceId) => ({ deviceId, deviceType: "type_printer" }));

/** The page for a person who opens the address in a browser to accept the certificate of this box. */
const welcome = "Receipt printer service. If this page opened without a warning, this device trusts the certificate.\n";

function sendXml(response: ServerResponse, said: EposAnswer): void {
	response.writeHead(200, { "content-type": "text/xml; charset=utf-8" }).end(answerXml(said));
}

function sendJson(response: ServerResponse, value: unknown): void {
	response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
}

function sendText(response: ServerResponse, text: string): void {
	response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(text);
}
