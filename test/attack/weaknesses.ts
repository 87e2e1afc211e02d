/** Places where one changed line opens a door. `planted.ts` changes a copy, and expects an attack to succeed. */
export interface Weakness {
	name: string;
	file: string;
	/** Stands there once. */
	find: string;
	replace: string;
	/** Which attacks notice it: a file, and a part of a test's name. */
	test: string;
	attack: string;
}

const desk = "src/desk/access/guard.ts";
const line = "src/broker/line-broker.ts";
const accounts = "src/hq/enrolment/line-accounts.ts";
const enrolment = "src/hq/enrolment/enrolment.ts";

export const weaknesses: Weakness[] = [
	{
		name: "the desk asks the address's spelling",
		file: desk,
		find: 'if (right !== "claim") request.principal',
		replace: 'if (right !== "claim" && request.url.startsWith("/api/")) request.principal',
		test: "test/attack/desk.test.ts",
		attack: "first letter encoded",
	},
	{
		name: "the desk takes any host",
		file: desk,
		find: "if (isIP(host) > 0 ||",
		replace: "if (host.length >= 0 ||",
		test: "test/attack/desk.test.ts",
		attack: "rebinding",
	},
	{
		name: "the desk takes two hosts",
		file: desk,
		find: "if (hosts > 1)",
		replace: "if (hosts > 2)",
		test: "test/attack/desk.test.ts",
		attack: "two hosts",
	},
	{
		name: "the desk lets pages of other sites act",
		file: desk,
		find: 'if (isForeign || site === "cross-site"',
		replace: 'if (site === "cross-site"',
		test: "test/attack/desk.test.ts",
		attack: "may not act",
	},
	{
		name: "the desk compares a token's beginning",
		file: "src/access/directory.ts",
		find: "fixedTokens.find((token) => sameSecret(token.secret, secret))",
		replace: "fixedTokens.find((token) => token.secret.startsWith(secret))",
		test: "test/attack/desk.test.ts",
		attack: "does not open",
	},
	{
		name: "the page's files lead out of their folder",
		file: "src/desk/routes/page.ts",
		find: "const isName = /^[\\w-][\\w.-]*$/.test(file);",
		replace: 'const isName = file !== "";',
		test: "test/attack/desk.test.ts",
		attack: "does not leave the house",
	},
	{
		name: "the desk does not ask for the route's right",
		file: desk,
		find: 'right === "signed-in" || principal.may(right)',
		replace: 'right === "signed-in" || principal.may("status.read")',
		test: "test/desk/rights.test.ts",
		attack: "viewer may do",
	},
	{
		name: "head office lets pages of other sites act",
		file: "src/hq/http/answers.ts",
		find: "if (isForeign || ",
		replace: "if (",
		test: "test/attack/hq.test.ts",
		attack: "cannot",
	},
	{
		name: "head office goes by any name",
		file: "src/hq/http/answers.ts",
		find: 'if (!loopback.test(request.headers.host ?? ""))',
		replace: 'if (request.headers.host === "nobody")',
		test: "test/attack/hq.test.ts",
		attack: "a name that an attacker owns",
	},
	{
		name: "codes may be guessed at any pace",
		file: "src/hq/enrolment/enrolment-routes.ts",
		find: 'throttle.failed("enrolment", request.ip)',
		replace: 'throttle.succeeded("enrolment", request.ip)',
		test: "test/attack/hq.test.ts",
		attack: "slowed down",
	},
	{
		name: "the line asks for no password",
		file: enrolment,
		find: 'return sameSecret(row?.sha256 ?? "", sha256(password));',
		replace: "return sameSecret(password, password);",
		test: "test/attack/line.test.ts",
		attack: "does not open the line",
	},
	{
		name: "the line takes any client id",
		file: line,
		find: "const isOwn = account?.isClientId(client.id) === true;",
		replace: "const isOwn = account !== undefined;",
		test: "test/attack/line.test.ts",
		attack: "the client id",
	},
	{
		name: "the line takes client ids that begin like the store's",
		file: accounts,
		find: "/^\\d{1,16}$/.test(id.slice(ids.length))",
		replace: "id.length > 0",
		test: "test/attack/line.test.ts",
		attack: "the client id",
	},
	{
		name: "a store hears all",
		file: accounts,
		find: "maySubscribe: (filter) => down.has(filter),",
		replace: "maySubscribe: (filter) => filter.length > 0 || down.has(filter),",
		test: "test/attack/line.test.ts",
		attack: "may not listen",
	},
	{
		name: "a store speaks as head office",
		file: accounts,
		find: "mayPublish: (topic) => up.has(topic),",
		replace: "mayPublish: (topic) => up.has(topic) || down.has(topic),",
		test: "test/attack/line.test.ts",
		attack: "may not speak",
	},
	{
		name: "the line keeps sessions of whoever stays away",
		file: line,
		find: "const proved = client.clean ?",
		replace: "const proved = true ?",
		test: "test/attack/line.test.ts",
		attack: "stays away",
	},
	{
		name: "a code works twice",
		file: enrolment,
		find: "if (row.usedAt !== null &&",
		replace: "if (row.usedAt === undefined &&",
		test: "test/hq/key-folder.test.ts",
		attack: "take a claim",
	},
	{
		name: "a box need not have the key that it shows",
		file: enrolment,
		find: 'if (!isSignedBy("gondola/enrolment/1", {}, claim, claim.public))',
		replace: 'if (claim.public === "")',
		test: "test/hq/key-folder.test.ts",
		attack: "take a claim",
	},
	{
		name: "a device hears others' commands",
		file: "src/broker/access/accounts.ts",
		find: "subscribe.some((allowed) => covers(allowed, filter)) || (kind",
		replace: 'filter.startsWith("gondola/1/d/") || subscribe.some((allowed) => covers(allowed, filter)) || (kind',
		test: "test/attack/store-broker.test.ts",
		attack: "may not listen",
	},
	{
		name: "a device takes over the till's session",
		file: "src/broker/access/admission.ts",
		find: "owner.account !== visitor.account",
		replace: "owner.account === null",
		test: "test/attack/store-broker.test.ts",
		attack: "take over a session",
	},
	{
		name: "any web page opens the broker",
		file: "src/broker/connection/listeners.ts",
		find: "!origin || options.origins.includes(origin)",
		replace: "true || options.origins.includes(origin)",
		test: "test/attack/store-broker.test.ts",
		attack: "for a page of",
	},
	{
		name: "a seal is good for every store",
		file: "src/trust/seal.ts",
		find: 'return audience.stores.includes(store) ? undefined : "seal-audience";',
		replace: "return undefined;",
		test: "test/trust/seal.test.ts",
		attack: "another store",
	},
	{
		name: "a signature stands for every domain",
		file: "src/trust/signing.ts",
		find: "return Buffer.from(`${domain}\\n${",
		replace: "return Buffer.from(`${domain.length > 0 ? 1 : 0}\\n${",
		test: "test/trust/keys.test.ts",
		attack: "any other domain",
	},
	{
		name: "an older key list is taken",
		file: "src/trust/key-list.ts",
		find: 'if (list.version < current.version) return refused("key-list-older");',
		replace: "",
		test: "test/trust/key-list.test.ts",
		attack: "older",
	},
	{
		name: "a proof may be cut",
		file: "src/trust/merkle.ts",
		find: "return at === bytes.length ? root : undefined;",
		replace: "return root;",
		test: "test/trust/merkle.test.ts",
		attack: "refuses a proof",
	},
];
