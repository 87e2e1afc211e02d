import { type AlarmRow, type Book, LedgerRefusal } from "../ledger/ledger.ts";
import type { DeviceStatus } from "../words/alarm.ts";
import type { Moment } from "../words/time.ts";
import { clear, raise } from "./alarms.ts";
import { takeWaitingReceipts } from "./receipts/receipt-to-paper.ts";

export interface DeviceNews extends Pick<DeviceStatus, "id" | "family" | "protocol" | "address" | "state"> {
	trouble?: string | null;
	facts?: Record<string, string | number>;
	heardAt?: string;
	detail?: DeviceStatus["detail"];
}

/** Records the state of a device, as its tender reports it. A trouble is one fact and one alarm while it lasts; its end is another fact. */
export function recordDevice(book: Book, news: DeviceNews, now: Moment): void {
	const before = book.devices.get(news.id);
	const trouble = news.trouble ?? null;
	const changed = !before || before.state !== news.state || before.trouble !== trouble;
	book.devices.put({
		id: news.id,
		family: news.family,
		protocol: news.protocol,
		address: news.address,
		state: news.state,
		trouble,
		since: changed ? now.wall : before.since,
		lastHeardAt: news.heardAt ?? null,
		detail: { ...before?.detail, ...news.detail },
	});
	book.ring("device");
	if (!before && news.family === "printer" && news.protocol !== "zpl") takeWaitingReceipts(book, news.id, now);
	if (before?.trouble && before.trouble !== trouble) {
		book.events.append(
			{
				type: "device.recovered",
				device: news.id,
				trouble: before.trouble,
				afterMs: Math.max(0, Date.parse(now.wall) - Date.parse(before.since)),
			},
			now,
		);
		clear(book, before.trouble, news.id, now);
	}
	if (trouble !== null) {
		const facts = { device: news.id, ...news.facts };
		if (before?.trouble !== trouble) book.events.append({ type: "device.troubled", device: news.id, trouble, facts }, now);
		raise(book, { code: trouble, subject: news.id, facts }, now);
	}
}

/** Devices that are no longer in the configuration leave the list, and their alarms with them. */
export function keepDevices(book: Book, { ids }: { ids: string[] }, now: Moment): void {
	const kept = new Set(ids);
	for (const device of book.devices.list()) {
		if (kept.has(device.id) || device.family === "mqtt") continue;
		if (device.trouble) clear(book, device.trouble, device.id, now);
		book.devices.forget(device.id);
	}
}

export function acknowledgeAlarm(book: Book, { id, by }: { id: string; by: string }, now: Moment): AlarmRow {
	const alarm = book.alarms.get(id);
	if (!alarm || alarm.clearedAt !== null) throw new LedgerRefusal("alarm-unknown", `No open alarm has id ${id}.`);
	if (alarm.acknowledgedAt === null) {
		book.alarms.acknowledge(id, by, now.wall);
		book.events.append({ type: "alarm.acknowledged", alarm: id, by }, now);
		book.ring("alarm");
	}
	return book.alarms.get(id)!;
}

export function raiseAlarm(
	book: Book,
	alarm: { code: string; subject: string; facts: Record<string, string | number> },
	now: Moment,
): void {
	raise(book, alarm, now);
}

export function clearAlarm(book: Book, { code, subject }: { code: string; subject: string }, now: Moment): void {
	clear(book, code, subject, now);
}
