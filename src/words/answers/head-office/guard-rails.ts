import type { RailName } from "../../prices/rail-names.ts";
import type { Rails } from "../../prices/rails.ts";
import type { Instant } from "../../time.ts";

/** A person's change of the rails: a member that is left out stays, null switches the rail off. */
export type RailsChange = { [K in Exclude<keyof Rails, "clearance">]?: Rails[K] | null | undefined } & {
	clearance?: { maxCutPercent?: number | undefined } | null | undefined;
};

/** Null: the rail is off. */
export type ShownRails = { [K in RailName]: Rails[K] | null };

export interface Proposal {
	proposal: number;
	rails: RailsChange;
	by: string;
	at: Instant;
	approvedBy: string | null;
	approvedAt: Instant | null;
}

/** The rails of all stores, or of one; proposals that wait for a second person, and those that were approved. */
export type RailsView = ShownRails & { store: string | null; proposals: Proposal[]; history: Proposal[] };
