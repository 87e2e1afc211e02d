import { createPrivateKey, createPublicKey } from "node:crypto";
import type { BoxKey } from "../../../../src/link/hq/repository.ts";
import type { HqTrust } from "../../../../src/link/hq/trust-port.ts";
import type { Box } from "../../../../src/trust/box.ts";
import { signKeyList } from "../../../../src/trust/key-list.ts";
import { type KeyRole, kidOf, type SigningKey } from "../../../../src/trust/keys.ts";
import { signStatement } from "../../../../src/trust/signing.ts";
import { openStoreTrust, type StoreTrust } from "../../../../src/trust/store-trust.ts";
import { diceOf } from "../time.ts";

/** PKCS 8 of an Ed25519 key, up to its 32 secret bytes. */
const derHead = Buffer.from("302e020100300506032b657004220420", "hex");

/** Of the seed, so that a run can be played again to the last signature. */
function keyOf(role: KeyRole, seed: number): SigningKey {
	const dice = diceOf(seed);
	const secret = Buffer.from(Array.from({ length: 32 }, () => Math.floor(dice() * 256)));
	const privateKey = createPrivateKey({ key: Buffer.concat([derHead, secret]), format: "der", type: "pkcs8" });
	const text = createPublicKey(privateKey).export({ format: "jwk" }).x!;
	return { kid: kidOf(text), role, public: text, privateKey };
}

export interface SimulatedKeys {
	line: SigningKey;
	/** Of somebody who is neither head office nor a store. */
	thief: SigningKey;
	storeKey(store: string): SigningKey;
	onRecord(store: string, inc: number): BoxKey[];
	hq: HqTrust;
	/** What a box of the store has on its disk. */
	boxOf(store: string): Box;
	trustOf(store: string): StoreTrust;
}

const tenant = "t";
const notBefore = "2020-01-01T00:00:00.000Z";

export function simulatedKeys(seed: number): SimulatedKeys {
	const [root, second, line, thief] = [keyOf("root", 1), keyOf("root", 2), keyOf("line", seed + 3), keyOf("line", seed + 4)];
	const keys = [{ kid: line.kid, public: line.public, role: "line" as const, notBefore }];
	const list = signKeyList({ tenant, version: 1, issuedAt: notBefore, expires: "2099-01-01T00:00:00.000Z", keys }, root);
	const ofStores = new Map<string, SigningKey>();
	const storeKey = (store: string): SigningKey => {
		const known = ofStores.get(store) ?? keyOf("store", seed * 16 + 100 + ofStores.size);
		ofStores.set(store, known);
		return known;
	};
	const roots = { first: root.public, second: second.public, number: 0 };
	const boxOf = (store: string): Box => ({ tenant, store, roots, keyList: list, enrolledAt: notBefore, key: storeKey(store) });
	const sign: HqTrust["sign"] = (domain, store, statement) => signStatement(domain, { tenant, store }, statement, line);
	return {
		line,
		thief,
		storeKey,
		onRecord: (store, inc) => [{ kid: storeKey(store).kid, public: storeKey(store).public, inc, ended: false }],
		hq: {
			tenant,
			trustForMs: 30 * 86_400_000,
			sign,
			signLeap(store, { stream, epoch, from, upTo, leap }) {
				const { kid, sig } = sign("gondola/leap/1", store, { stream, epoch, from, upTo, leap });
				return { kid, sig };
			},
			list: () => list,
			successors: () => [],
		},
		boxOf,
		trustOf: (store) => openStoreTrust(boxOf(store), () => {}),
	};
}
