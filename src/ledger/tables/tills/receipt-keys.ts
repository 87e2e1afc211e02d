import type { ReceiptKey } from "../../../words/codes/receipt-code.ts";
import type { Connection } from "../../file/open.ts";

interface OwnKey extends ReceiptKey {
	/** Base64url of the secret half. */
	private: string;
}

export function readReceiptKeys(db: Connection) {
	const own = db.prepare<[], OwnKey>(
		"SELECT kid, public, since, private FROM receipt_key WHERE private IS NOT NULL ORDER BY since DESC LIMIT 1",
	);
	const of = db.prepare<[string], ReceiptKey>(
		"SELECT kid, public, since FROM receipt_key WHERE store = ? ORDER BY since DESC, kid LIMIT 20",
	);
	return {
		/** The key that signs this store's receipts; undefined before the first start of a build that has one. */
		own: (): OwnKey | undefined => own.get(),
		/** Of one store, the newest first. */
		of: (store: string): ReceiptKey[] => of.all(store),
	};
}

export function writeReceiptKeys(db: Connection) {
	const put = db.prepare("INSERT INTO receipt_key (store, kid, public, since, private) VALUES (?, ?, ?, ?, ?)");
	return {
		put: (store: string, { kid, public: publicText, since }: ReceiptKey, secret?: string): void =>
			void put.run(store, kid, publicText, since, secret ?? null),
	};
}
