/** A profile of a firmware: the topics that its devices use, and what their messages mean. */

import { utf8Of } from "../../words/basics/json-text.ts";
import type { SensorReading } from "../../words/sensor.ts";
import { parsePayload } from "../routing/payload.ts";

export type Reported =
	| { kind: "presence"; isOnline: boolean }
	/** Measured or announced; `id`: the same one again is the same reading. */
	| ({ kind: "reading"; id?: string } & SensorReading)
	/** The device no longer has this sensor. */
	| { kind: "gone"; sensor: string }
	| { kind: "malformed"; reason: string }
	/** A message to the device that asks for what it left out. */
	| { kind: "ask"; topic: string; payload: Uint8Array };

export interface Profile {
	/** Filters of what its account may send. */
	readonly publish: readonly string[];
	/** Filters of what its account may hear. */
	readonly subscribe: readonly string[];
	/** Called with each message of the device, in order; keeps what the device announced. */
	read(topic: string, payload: Buffer): Reported[];
}

/** Announcements of one device; a bound, because clients choose them. */
export const sensorsKept = 2_000;

export const malformed = (reason: string): Reported[] => [{ kind: "malformed", reason }];

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON object or array; undefined: the payload is neither. */
export function jsonOf(payload: Buffer): unknown {
	return parsePayload(utf8Of(payload));
}

const up = new Set(["online", "true", "1", "on", "ready", "connected", "up", "yes"]);
const down = new Set(["offline", "false", "0", "off", "lost", "disconnected", "down", "no"]);

/**
 * Whether a presence payload means that the device is there: `Online`, `online`, `true`, `{"state":"online"}`. Undefined: it is
 * about something else. An empty message clears what was retained.
 */
export function presenceOf(text: string): boolean | undefined {
	const said: unknown = parsePayload(text.trim()) ?? text;
	const word = isFields(said) ? (said["state"] ?? said["online"] ?? said["status"] ?? said["availability"]) : said;
	if (typeof word !== "string" && typeof word !== "boolean" && typeof word !== "number") return undefined;
	const plain = String(word).trim().toLowerCase();
	return up.has(plain) ? true : down.has(plain) ? false : undefined;
}

export function presence(payload: Buffer): Reported[] {
	const text = payload.toString("utf8");
	if (text.trim() === "") return [];
	const isOnline = presenceOf(text);
	return isOnline === undefined ? malformed("profile-presence") : [{ kind: "presence", isOnline }];
}

/** A number, also written as text; undefined for null, nan, and whatever else firmware says when it has measured nothing. */
export function numberIn(value: unknown): number | undefined {
	if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
	if (typeof value !== "string" || !/^[+-]?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?$/i.test(value.trim())) return undefined;
	return Number(value);
}

/** A time as devices write it: ISO with a zone, also `+0000` and nine digits of a second; undefined: none, or local time without a zone. */
export function instantIn(value: unknown): string | null {
	if (typeof value === "number" || (typeof value === "string" && /^\d{9,10}(\.\d+)?$/.test(value))) {
		const ms = Math.round(Number(value) * 1_000);
		return Number.isSafeInteger(ms) && ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
	}
	if (typeof value !== "string") return null;
	const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?\d*(Z|[+-]\d\d:?\d\d)$/.exec(value);
	if (!parts) return null;
	const zone = parts[3] === "Z" ? "Z" : parts[3]!.replace(/^(...):?(..)$/, "$1:$2");
	const ms = Date.parse(`${parts[1]}${parts[2] ?? ""}${zone}`);
	return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** Firmware names may have capitals, underscores and slashes; device names of the gateway have none of these. */
export function plainName(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, "-")
		.replace(/^-+|-+$/g, "")
		.slice(0, 64);
}
