import type { StoreLedger } from "../../flows/flows.ts";
import { pageTasks } from "./pictures.ts";

/** Open alarms about labels that wait too long, at most so many: a dead base station is one cause, not two thousand. */
const pendingAlarmsMost = 20;
const code = "label-pending-long";

/**
 * Raises an alarm for each label that waits longer than `pendingMinutes` for its picture. The ledger knows which alarms are open: it clears
 * one when the label shows its picture or is to show none, so that the next label that waits gets the place.
 */
export async function lookForPending({ ledger, options }: { ledger: StoreLedger; options: { pendingMinutes: number } }): Promise<void> {
	const before = new Date(Date.parse(ledger.now().wall) - options.pendingMinutes * 60_000).toISOString();
	const alarms = ledger.read.alarms.list().filter((alarm) => alarm.code === code);
	const open = new Set(alarms.map(({ subject }) => subject));
	for (let after = ""; open.size < pendingAlarmsMost; ) {
		const tasks = ledger.read.labels.tasks(after, pageTasks);
		for (const { label, at, fields } of tasks) {
			if (at > before || open.has(label) || open.size >= pendingAlarmsMost) continue;
			open.add(label);
			await ledger.do("raiseAlarm", { code, subject: label, facts: { device: label, label, sku: fields.sku } });
		}
		if (tasks.length < pageTasks) return;
		after = tasks.at(-1)!.label;
	}
}
