import type { Instant } from "../time.ts";

/** The points that members earn and the worth of a point, as head office decided it. */
export interface PointsRule {
	id: string;
	/** ISO 4217; sales in another one earn nothing. */
	currency: string;
	/** So much of what was paid, in minor units, earns one point. */
	minorPerPoint: number;
	/** The worth of one point, in minor units. */
	pointMinor: number;
	from: Instant;
}

/** The right to spend a member's points, lent to one store until a time. `inc`: the incarnation of the box it is for. */
export interface PointsLease {
	id: string;
	member: string;
	points: number;
	expiresAt: Instant;
	inc: number;
	/** The number of the fact that the member's code was shown: a visit that was paid since needs no lease. */
	shown: number;
}

/** A member's points as a store knows them. */
export interface PointsView {
	pseudonym: string;
	/** As head office said it at `asOf`; null: it has said nothing yet. */
	balance: number | null;
	asOf: Instant | null;
	/** The points that may be spent here, also without the line. */
	spendable: number;
}

export const pointsFor = ({ minorPerPoint }: Pick<PointsRule, "minorPerPoint">, paidMinor: number): number =>
	Math.max(0, Math.floor(paidMinor / minorPerPoint));
