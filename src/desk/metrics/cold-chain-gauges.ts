import { Gauge, type Registry } from "prom-client";
import type { ColdRecord } from "../../words/cold-chain/kept.ts";
import type { DeskLedger } from "../ledger-view.ts";

/** Watched temperatures, by the id of their record: a store has a few dozen, and at most 500. */
export function watchColdChain(registry: Registry, ledger: DeskLedger): void {
	const gauge = (name: string, help: string, value: (row: ColdRecord) => number | undefined): void => {
		new Gauge({
			name: `gondola_cold_chain_${name}`,
			help,
			labelNames: ["record"],
			registers: [registry],
			collect() {
				this.reset();
				for (const row of ledger.read.coldChain.list()) {
					const now = row.isRemoved ? undefined : value(row);
					if (now !== undefined) this.set({ record: row.sensor.id }, now);
				}
			},
		});
	};
	gauge("celsius", "The last temperature that was believed", ({ state }) => (state.last ? state.last.millidegrees / 1_000 : undefined));
	gauge("last_reading_timestamp_seconds", "When it was measured", ({ state }) =>
		state.last ? Date.parse(state.last.at.wall) / 1_000 : undefined,
	);
	gauge("outside", "1 while an alarm about its limits stands", ({ state }) => (state.limits.at === "alarmed" ? 1 : 0));
	gauge("silent", "1 while an alarm about its silence stands", ({ state }) => (state.isSilent ? 1 : 0));
}
