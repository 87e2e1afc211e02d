import { pageTasks } from "./pictures.ts";
import type { Tending } from "./tending.ts";

/** Alarms about labels that wait too long, at most so many at a time: a dead base station is one cause, not two thousand. */
const pendingAlarmsMost = 20;

/** Raises an alarm for each label that waits longer than `pendingMinutes` for its picture. */
export async function lookForPending(tending: Tending): Promise<void> {
	const before = new Date(Date.parse(tending.ledger.now().wall) - tending.options.pendingMinutes * 60_000).toISOString();
	for (let after = ""; tending.pending.size < pendingAlarmsMost; ) {
		const tasks = tending.ledger.read.labels.tasks(after, pageTasks);
		for (const { label, at, fields } of tasks) {
			if (at > before || tending.pending.has(label) || tending.pending.size >= pendingAlarmsMost) continue;
			tending.pending.add(label);
			await tending.ledger.do("raiseAlarm", {
				code: "label-pending-long",
				subject: label,
				facts: { device: label, label, sku: fields.sku },
			});
		}
		if (tasks.length < pageTasks) return;
		after = tasks.at(-1)!.label;
	}
}
