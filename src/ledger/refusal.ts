import { CodedError } from "../words/basics/coded-error.ts";

/** A flow said no: nothing changed. The code is stable; the sentence is for people. */
export class LedgerRefusal extends CodedError {
	override name = "LedgerRefusal";
}

/** The disk said no. Nothing was acknowledged; the caller may try again. */
export class LedgerTrouble extends CodedError {
	override name = "LedgerTrouble";
}
