import type { PointsLease, PointsRule } from "../../../words/tills/points.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

export interface PointsLeaseRow {
	id: string;
	member: string;
	points: number;
	used: number;
	expires: Instant;
	closed: 0 | 1;
}

export function readPoints(db: Connection) {
	const rule = db.prepare<[string], { body: string }>("SELECT body FROM points_rule WHERE id = ?");
	const inForce = db.prepare<[string, string], { body: string }>(
		"SELECT body FROM points_rule WHERE currency = ? AND from_at <= ? ORDER BY from_at DESC, id DESC LIMIT 1",
	);
	const rules = db.prepare<[], { body: string }>("SELECT body FROM points_rule ORDER BY currency, from_at, id");
	const openSums = db.prepare<[], { members: number; lent: number; used: number }>(
		`SELECT count(DISTINCT member) AS members, coalesce(sum(points), 0) AS lent, coalesce(sum(used), 0) AS used
		 FROM points_lease WHERE closed = 0`,
	);
	const lease = db.prepare<[string], PointsLeaseRow>("SELECT * FROM points_lease WHERE id = ?");
	const open = db.prepare<[string], PointsLeaseRow>("SELECT * FROM points_lease WHERE member = ? AND closed = 0 ORDER BY expires, id");
	const due = db.prepare<[string, number], PointsLeaseRow>(
		"SELECT * FROM points_lease WHERE closed = 0 AND expires <= ? ORDER BY expires, id LIMIT ?",
	);
	const balance = db.prepare<[string], { balance: number; at: Instant }>("SELECT balance, at FROM points_balance WHERE member = ?");
	const visit = db.prepare<[string], { seq: number }>("SELECT seq FROM points_visit WHERE member = ?");
	const ruleIn = (row: { body: string } | undefined): PointsRule | undefined => row && (JSON.parse(row.body) as PointsRule);
	return {
		rule: (id: string): PointsRule | undefined => ruleIn(rule.get(id)),
		/** The rule that counts at this instant for this currency. */
		ruleAt: (currency: string, at: Instant): PointsRule | undefined => ruleIn(inForce.get(currency, at)),
		/** By currency and beginning. */
		rules: (): PointsRule[] => rules.all().map((row) => ruleIn(row)!),
		/** Of leases that are open: of how many members, the points lent, and those spent of them. */
		openSums: () => openSums.get()!,
		lease: (id: string): PointsLeaseRow | undefined => lease.get(id),
		/** A member's leases whose end head office was not told, the one that ends first first. */
		openLeases: (member: string): PointsLeaseRow[] => open.all(member),
		dueLeases: (now: Instant, limit: number): PointsLeaseRow[] => due.all(now, limit),
		/** The number of the last fact of the member's last paid basket; 0: there is none. */
		lastVisit: (member: string): number => visit.get(member)?.seq ?? 0,
		/** The balance that head office sent last. */
		balance: (member: string): { balance: number; at: Instant } | undefined => balance.get(member),
	};
}

export function writePoints(db: Connection) {
	const putRule = db.prepare("INSERT INTO points_rule (id, currency, from_at, body) VALUES (?, ?, ?, ?)");
	const putLease = db.prepare("INSERT INTO points_lease (id, member, points, used, expires, closed) VALUES (?, ?, ?, 0, ?, 0)");
	const use = db.prepare("UPDATE points_lease SET used = used + ? WHERE id = ?");
	const close = db.prepare("UPDATE points_lease SET closed = 1 WHERE id = ?");
	const putBalance = db.prepare("INSERT OR REPLACE INTO points_balance (member, balance, at) VALUES (?, ?, ?)");
	const putVisit = db.prepare("INSERT OR REPLACE INTO points_visit (member, seq) VALUES (?, ?)");
	const eraseVisit = db.prepare("DELETE FROM points_visit WHERE member = ?");
	const eraseLeases = db.prepare("DELETE FROM points_lease WHERE member = ?");
	const eraseBalance = db.prepare("DELETE FROM points_balance WHERE member = ?");
	return {
		putRule: (rule: PointsRule): void => void putRule.run(rule.id, rule.currency, rule.from, JSON.stringify(rule)),
		putLease: ({ id, member, points, expiresAt }: PointsLease): void => void putLease.run(id, member, points, expiresAt),
		use: (lease: string, points: number): void => void use.run(points, lease),
		close: (lease: string): void => void close.run(lease),
		putBalance: (member: string, balance: number, at: Instant): void => void putBalance.run(member, balance, at),
		putVisit: (member: string, seq: number): void => void putVisit.run(member, seq),
		/** Returns how many rows went. */
		erase: (member: string): number =>
			[eraseLeases, eraseBalance, eraseVisit].reduce((sum, statement) => sum + statement.run(member).changes, 0),
	};
}
