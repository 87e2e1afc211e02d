/**
 * Finds printers and labels that announce themselves on the network (multicast DNS, RFC 6762; service types of RFC 6763). Sends one
 * question to the group 224.0.0.251 and collects the answers; connects to none.
 */
import { type Answer, decode, encode } from "dns-packet";
import { openUdpPort } from "../../../drivers/transport/udp-port.ts";
import type { BoxDevice } from "./box-devices.ts";

/** Raw printing first, because the gateway uses it. */
const services = ["_pdl-datastream._tcp.local", "_printer._tcp.local", "_ipp._tcp.local"];
/** Labels of OpenDisplay, whose text record has the hardware address as `mac`, and whether they speak TLS as `tls`. */
const labelService = "_opendisplay._tcp.local";
const group = "224.0.0.251";
const mdnsPort = 5353;
const mostRecords = 2_000;

function mdnsQuestion(): Uint8Array {
	// QU: the answer comes to the port that asked, so that no other program on this machine is in the way.
	return encode({ type: "query", id: 0, questions: [...services, labelService].map((name) => ({ name, type: "PTR", class: "IN" })) });
}

/** Listens for `forMs` milliseconds. Answers that cannot be read are skipped. Rejects where this machine has no network. */
export async function askMdns(forMs: number, { port = mdnsPort, address = group } = {}): Promise<BoxDevice[]> {
	const socket = await openUdpPort({ bind: "0.0.0.0", port: 0 })();
	const records: Answer[] = [];
	socket.onDatagram((bytes) => {
		if (records.length < mostRecords) records.push(...recordsIn(bytes));
	});
	try {
		await socket.send(mdnsQuestion(), address, port);
		await new Promise((resolve) => setTimeout(resolve, forMs));
	} finally {
		await socket.close();
	}
	return [...printersIn(records), ...labelsIn(records)];
}

/** One entry per label; one that says no address is left out, because it could not be reached. */
export function labelsIn(records: readonly Answer[]): BoxDevice[] {
	return records
		.flatMap((record): BoxDevice[] => {
			if (record.type !== "PTR" || record.name.toLowerCase() !== labelService) return [];
			const target = records.find((each) => each.type === "SRV" && each.name === record.data);
			if (target?.type !== "SRV") return [];
			const address = records.find((each) => each.type === "A" && each.name === target.data.target);
			const host = address?.type === "A" ? address.data : target.data.target.replace(/\.$/, "");
			const said = textOf(records, record.data);
			const number = /^[0-9a-f]{12}$/i.test(said["mac"] ?? "") ? `0000${said["mac"]!.toUpperCase()}` : "its number is on its screen";
			const firmware = /^[\d.]{1,12}$/.test(said["fw"] ?? "") ? `, firmware ${said["fw"]}` : "";
			return [
				{
					at: `${host}:${target.data.port}`,
					by: "mdns",
					name: record.data
						.slice(0, -(labelService.length + 1))
						.replace(/\p{Cc}/gu, " ")
						.slice(0, 100),
					probably: `an OpenDisplay label (${number}${said["tls"] === "1" ? ", TLS: needs keyFile" : ""}${firmware})`,
					family: "label",
					protocol: "opendisplay",
					isSure: true,
				},
			];
		})
		.sort((one, other) => one.at.localeCompare(other.at));
}

/** The `key=value` pairs of a service's text record. */
function textOf(records: readonly Answer[], name: string): Record<string, string> {
	const record = records.find((each) => each.type === "TXT" && each.name === name);
	if (record?.type !== "TXT") return {};
	return Object.fromEntries(
		[record.data].flat().flatMap((part) => {
			const [, key, value] = /^([^=]+)=(.*)$/.exec(String(part)) ?? [];
			return key === undefined ? [] : [[key, value!]];
		}),
	);
}

export function recordsIn(bytes: Uint8Array): Answer[] {
	try {
		const { answers = [], additionals = [] } = decode(Buffer.from(bytes));
		return [...answers, ...additionals];
	} catch {
		return [];
	}
}

/** One entry per printer, by its best service. */
export function printersIn(records: readonly Answer[]): BoxDevice[] {
	const found = new Map<string, BoxDevice>();
	for (const service of services) {
		for (const record of records) {
			if (record.type !== "PTR" || record.name.toLowerCase() !== service) continue;
			const instance = record.data;
			const target = records.find((each) => each.type === "SRV" && each.name === instance);
			if (target?.type !== "SRV") continue;
			const address = records.find((each) => each.type === "A" && each.name === target.data.target);
			const host = address?.type === "A" ? address.data : target.data.target.replace(/\.$/, "");
			if (!found.has(host)) found.set(host, printer(host, target.data.port, instance.slice(0, -(service.length + 1)), service));
		}
	}
	return [...found.values()].sort((one, other) => one.at.localeCompare(other.at));
}

function printer(host: string, port: number, said: string, service: string): BoxDevice {
	// A network name may hold anything; a terminal obeys control characters.
	const name = said.replace(/\p{Cc}/gu, " ").slice(0, 100);
	const protocol = /\bstar\b|mc-?print|tsp\d/i.test(name) ? "star-prnt" : "esc-pos";
	const isReceipt = /\btm-|receipt|pos|star|tsp|mc-?print|bixolon|srp-|citizen ct/i.test(name);
	const isRaw = service === services[0];
	return {
		at: `${host}:${isRaw ? port : 9100}`,
		by: "mdns",
		name,
		probably: isReceipt ? `a receipt printer (${protocol})` : "a printer; receipts only if it is a receipt printer",
		family: isReceipt ? "printer" : null,
		protocol: isReceipt ? protocol : null,
		isSure: isReceipt && isRaw,
	};
}
