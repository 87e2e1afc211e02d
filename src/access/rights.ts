/**
 * Which role or scope has which right, as data. A right is a noun and an act; every route, topic and verb requires one. A role that is not
 * listed with a right does not have it. `gondola user rights` prints this table.
 */
export const gatewayRoles = ["viewer", "clerk", "supervisor", "technician"] as const;
export const hqRoles = ["viewer", "pricer", "approver", "operator", "admin"] as const;
/** Scopes that a program's token may have instead of a role. */
export const scopes = ["till", "shop", "feed", "metrics", "import"] as const;

export type GatewayRole = (typeof gatewayRoles)[number];
export type HqRole = (typeof hqRoles)[number];
/** The program to which a table belongs. */
export type Site = "gateway" | "hq";

interface Row {
	/** The acts that the right allows. */
	means: string;
	/** The roles and scopes that have it. */
	held: readonly string[];
}

const everybody = gatewayRoles;
const staff = ["clerk", "supervisor", "technician"] as const satisfies GatewayRole[];
const chiefs = ["supervisor", "technician"] as const satisfies GatewayRole[];
const technician = ["technician"] as const satisfies GatewayRole[];

const gateway = {
	"status.read": { means: "see the state of the gateway", held: [...everybody, "till", "shop"] },
	"prices.read": { means: "see articles and prices", held: [...everybody, "till", "shop"] },
	"prices.freeze": { means: "stop and allow price changes in this store", held: chiefs },
	"labels.read": { means: "see labels and their pictures", held: everybody },
	"labels.bind": { means: "bind and unbind labels, have one drawn again", held: staff },
	"devices.read": { means: "see devices and their settings", held: everybody },
	"devices.write": { means: "test, teach and reset devices, clear a tare", held: staff },
	"devices.admit": { means: "open pairing and admit devices", held: technician },
	"broker.read": { means: "see who is connected to the broker, and who was refused", held: chiefs },
	"accounts.write": { means: "make, change and revoke broker accounts", held: technician },
	"shelves.read": { means: "see shelves and what lies on them", held: everybody },
	"stock.read": { means: "see stock", held: [...everybody, "till", "shop"] },
	"stock.write": { means: "record stock movements and counts", held: [...staff, "till"] },
	"prints.read": { means: "see print jobs", held: [...everybody, "till"] },
	"prints.write": { means: "print receipts", held: [...staff, "till"] },
	"prints.settle": { means: "decide what happens to a receipt in doubt", held: [...staff, "till"] },
	"sales.write": { means: "record sales, work on baskets, redeem coupons, present members", held: [...staff, "till"] },
	"orders.read": { means: "see orders, returns, transfers and refill tasks", held: [...everybody, "shop"] },
	"orders.write": { means: "accept, pick and hand over orders, take returns, send and receive transfers", held: staff },
	"orders.decide": { means: "decide where the picker may not: shortages, wrong codes", held: chiefs },
	"events.read": { means: "see what happened in the store, also as a stream", held: [...everybody, "feed"] },
	"alarms.read": { means: "see alarms", held: everybody },
	"alarms.acknowledge": { means: "acknowledge alarms", held: staff },
	"settings.read": { means: "see the configuration, without secrets", held: chiefs },
	"settings.write": { means: "change the configuration, take the box over, reset it", held: technician },
	"users.read": { means: "see users and tokens", held: technician },
	"users.write": { means: "make, change and remove users and tokens", held: technician },
	"audit.read": { means: "see who did what", held: chiefs },
	"metrics.read": { means: "read metrics", held: [...chiefs, "metrics"] },
} as const satisfies Record<string, Row>;

const all = hqRoles;
const admin = ["admin"] as const satisfies HqRole[];
const operators = ["operator", "admin"] as const satisfies HqRole[];
const pricers = ["pricer", "admin"] as const satisfies HqRole[];
const approvers = ["approver", "admin"] as const satisfies HqRole[];

const hq = {
	"status.read": { means: "see the state of head office", held: all },
	"prices.read": { means: "see articles and prices", held: [...all, "shop", "import"] },
	"pushes.read": { means: "see price pushes and how far they are", held: [...all, "import"] },
	"pushes.write": { means: "push articles and prices", held: [...pricers, "import"] },
	"pushes.withdraw": { means: "withdraw a push", held: ["pricer", "approver", "admin"] },
	"pushes.hold": { means: "hold a push, let it and its waves go on", held: ["pricer", "approver", "operator", "admin"] },
	"pushes.release": { means: "release what guard rails held; never one's own push", held: approvers },
	"guard-rails.read": { means: "see guard rails", held: all },
	"guard-rails.write": { means: "propose other guard rails", held: ["pricer", "approver", "admin"] },
	"guard-rails.approve": { means: "put another person's guard rails in force", held: approvers },
	"stores.read": { means: "see stores, their devices and alarms", held: all },
	"stores.enroll": { means: "enrol stores and make codes for boxes", held: operators },
	"stores.fence": { means: "fence a box, end a store's enrolment", held: operators },
	"settings.read": { means: "see the settings of stores", held: all },
	"settings.write": { means: "change the settings of stores", held: operators },
	"commands.send": { means: "send commands to stores", held: operators },
	"labels.read": { means: "see labels of stores", held: all },
	"labels.write": { means: "plan labels of stores", held: operators },
	"quarantine.read": { means: "see facts that are kept apart", held: all },
	"quarantine.release": { means: "decide about facts that are kept apart", held: operators },
	"restore.read": { means: "see what was learned back after a restore", held: all },
	"restore.release": { means: "take what was learned back after a restore into force", held: approvers },
	"stock.read": { means: "see the stock of stores", held: [...all, "shop", "feed"] },
	"grants.write": { means: "ask stores for stock that may be sold online", held: [...operators, "shop"] },
	"orders.read": { means: "see online orders", held: [...all, "shop"] },
	"orders.write": { means: "place and cancel orders, returns and transfers", held: [...operators, "shop"] },
	"members.write": { means: "make codes for members' apps, have members erased", held: [...operators, "shop"] },
	"coupons.write": { means: "make coupons and rules of points", held: [...pricers, "import"] },
	"recalls.write": { means: "recall a product", held: operators },
	"events.read": { means: "see the facts of stores", held: all },
	"feed.read": { means: "read the feed of facts and EPCIS events", held: [...operators, "feed"] },
	"webhooks.write": { means: "make and remove webhooks", held: [...operators, "feed"] },
	"alarms.acknowledge": { means: "acknowledge alarms", held: operators },
	"keys.read": { means: "see the key list", held: all },
	"keys.rotate": { means: "rotate keys, seal a root's successor", held: admin },
	"users.read": { means: "see users and tokens", held: admin },
	"users.write": { means: "make, change and remove users and tokens", held: admin },
	"audit.read": { means: "see who did what", held: ["approver", "operator", "admin"] },
	"retention.read": { means: "see how long head office keeps what, and its exports", held: operators },
	"retention.write": { means: "set how long head office keeps what, export and remove the rest", held: admin },
	"metrics.read": { means: "read metrics", held: [...operators, "metrics"] },
} as const satisfies Record<string, Row>;

export type GatewayRight = keyof typeof gateway;
export type HqRight = keyof typeof hq;
export type Right = GatewayRight | HqRight;

export const rightsTable: Readonly<Record<Site, Readonly<Record<string, Row>>>> = { gateway, hq };

export const rolesAt: Readonly<Record<Site, readonly string[]>> = { gateway: gatewayRoles, hq: hqRoles };

/** The role that may do everything at its site; the first user gets it. */
export const firstRole: Readonly<Record<Site, string>> = { gateway: "technician", hq: "admin" };

/** Whether these roles or scopes include the right. No role has a right that the site does not know. */
export function hasRight(site: Site, holders: readonly string[], right: Right): boolean {
	const row = Object.hasOwn(rightsTable[site], right) ? rightsTable[site][right] : undefined;
	return row !== undefined && holders.some((holder) => row.held.includes(holder));
}

/** The table as text: one line for each right, one column for each role or scope. */
export function rightsText(site: Site): string {
	const columns = [...rolesAt[site], ...scopes].filter((name) => Object.values(rightsTable[site]).some(({ held }) => held.includes(name)));
	const wide = Math.max(...Object.keys(rightsTable[site]).map((name) => name.length));
	const line = (right: string, cell: (name: string) => string, means: string): string =>
		`${right.padEnd(wide)}  ${columns.map((name) => cell(name).padEnd(name.length)).join("  ")}  ${means}`;
	return [
		line("", (name) => name, "").trimEnd(),
		...Object.entries(rightsTable[site]).map(([right, { held, means }]) => line(right, (name) => (held.includes(name) ? "x" : "-"), means)),
	].join("\n");
}
