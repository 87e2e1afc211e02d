import { CodedError } from "../words/basics/coded-error.ts";

/** Refusals of HQ, and why. The meaning of a code never changes. When one of these is thrown, nothing was changed. */
export const refusals = {
	"bad-request": [400, "The request cannot be understood"],
	"unknown-field": [400, "The request has a field that is not known"],
	"bad-field": [400, "A field of the request is not right"],
	"bad-csv": [400, "The file cannot be read as CSV"],
	"bad-mapping": [400, "The mapping is not right"],
	"mapping-unknown": [404, "No mapping has this name"],
	"mapping-built-in": [409, "This name belongs to a mapping of Gondola's own"],
	"token-missing": [401, "Head office wants to know who asks"],
	"token-wrong": [401, "This token opens nothing here"],
	unclaimed: [401, "Head office has no people yet"],
	"right-missing": [403, "This takes a right that is not held"],
	"host-unknown": [403, "Head office does not go by that name"],
	"origin-foreign": [403, "Another web site tried to act on head office"],
	"not-found": [404, "There is nothing at this address"],
	"alarm-unknown": [404, "No such alarm is raised"],
	"push-unknown": [404, "No push has this id"],
	"store-unknown": [404, "No store has this name"],
	"label-unknown": [404, "The store has no label with this number"],
	"stores-unknown": [422, "Some of the stores are not enrolled"],
	"group-empty": [422, "No store belongs to this group"],
	"no-stores": [422, "There is no store to push to"],
	"grant-short": [409, "The store has not granted enough"],
	"recall-unknown": [404, "No recall has this id"],
	"recall-differs": [409, "This id belongs to another recall"],
	"coupon-unknown": [404, "No coupon has this id"],
	"coupon-differs": [409, "This id belongs to another coupon"],
	"coupon-over": [409, "This campaign is over already"],
	"coupon-code-taken": [409, "Another coupon has this code at the same time"],
	"return-asked": [409, "The store that sold it has the right to take it back"],
	"return-differs": [409, "This id belongs to another return"],
	"return-line-unknown": [404, "No such line was sold"],
	"return-too-many": [409, "More comes back than was sold"],
	"return-unknown": [404, "No return has this id"],
	"line-returned": [409, "It came back before, or a store was lent the right to it"],
	"order-not-sold": [409, "The order was not handed over yet"],
	"transfer-unknown": [404, "No transfer has this id"],
	"transfer-differs": [409, "This id belongs to another transfer"],
	"transfer-over": [409, "The goods have left already"],
	"member-unknown": [404, "No member was enrolled under this id"],
	"member-key-unknown": [404, "No member key has this name"],
	"member-key-used": [409, "Head office signs with this key"],
	"erasure-unknown": [404, "No erasure has this id"],
	"erasure-differs": [409, "This id belongs to another erasure"],
	"points-rule-differs": [409, "This id belongs to another rule"],
	"member-keys-missing": [409, "Head office has no key for member codes"],
	"order-unknown": [404, "No order has this id"],
	"order-differs": [409, "This id belongs to another order"],
	"order-over": [409, "The order is over"],
	"unit-unclear": [400, "Pieces and weight are not the same"],
	"store-too-old": [409, "The store's build does not know this"],
	"store-not-heard": [503, "The store has not been heard since head office started"],
	"push-differs": [409, "A push with this id had other contents"],
	"push-file-none": [404, "No file of this push is kept"],
	"push-withdrawn": [409, "The push was withdrawn"],
	"push-not-held": [409, "Nothing of the push is held"],
	"push-begun": [409, "The push has begun"],
	"push-rows-unknown": [422, "The push has no such price"],
	"own-push": [409, "Nobody releases a push of their own"],
	"approval-needed": [409, "This takes the approver's own signature"],
	"approval-refused": [409, "The approver's signature does not count"],
	"box-unknown": [404, "The store has no such box"],
	"box-not-let-in": [409, "That box would not be let in"],
	"own-proposal": [409, "Nobody approves rails of their own"],
	"proposal-unknown": [404, "No guard rails were proposed under this number"],
	"rows-refused": [422, "Some rows cannot be taken, and all or none were asked for"],
	"article-unknown": [404, "No article has this SKU or GTIN"],
	"barcode-taken": [409, "Another article has this barcode"],
	"barcode-unknown": [404, "The article does not have this barcode"],
	"movement-differs": [409, "This id belongs to another movement"],
	"movement-sign": [400, "The quantity goes the wrong way for its reason"],
	"count-in-future": [400, "The count is dated in the future"],
	"id-reused": [409, "This id was used for something else"],
	"body-too-large": [413, "The request is too large"],
	"disk-full": [503, "The disk of head office is full"],
	"media-type": [415, "This kind of content is not taken here"],
	"enrolment-code-unknown": [401, "This enrolment code is not known"],
	"enrolment-code-used": [409, "This enrolment code was used already"],
	"enrolment-code-expired": [410, "This enrolment code has ended"],
	"enrolment-claim-forged": [400, "The box does not have the key that it shows"],
	"enrolment-throttled": [429, "Too many wrong codes"],
	"webhook-differs": [409, "A webhook with this id calls elsewhere"],
	"webhook-unknown": [404, "No webhook has this id"],
	"webhook-url": [400, "Head office does not call this address"],
	"webhooks-many": [409, "There are too many webhooks"],
	"database-away": [503, "The database of head office cannot be reached"],
	"exports-off": [409, "Head office exports nothing"],
	"export-failed": [503, "The export cannot be written"],
	"order-gone": [410, "The order was exported and removed"],
	"no-line": [503, "Head office runs without a line to its stores"],
	internal: [500, "Head office made a mistake"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type RefusalCode = keyof typeof refusals;

export interface FieldError {
	/** Dotted, as the sender wrote it: `changes.0.sku`; `query.at` for what is not in the body. */
	path: string;
	message: string;
}

export class HqRefusal extends CodedError<RefusalCode> {
	override name = "HqRefusal";
	readonly errors: FieldError[] | undefined;

	/** `why`: sentences that say what is wrong and what to do. */
	constructor(code: RefusalCode, why: string, errors?: FieldError[]) {
		super(code, why);
		this.errors = errors;
	}
}
