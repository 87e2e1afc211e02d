import type { Flows, Ledger } from "../ledger/ledger.ts";
import type { Actor } from "../words/actor.ts";
import { recordAudit } from "./audit.ts";
import { brokerApply } from "./broker-memory.ts";
import { doubtClock, trustClock } from "./clock-doubt.ts";
import { keepColdSensors, recordTemperatures, tendColdChain } from "./cold-chain/cold-chain.ts";
import { recordSensorFacts } from "./cold-chain/sensor-facts.ts";
import { closeCouponLeases } from "./coupons/leases.ts";
import { redeemCoupon, voidRedemption } from "./coupons/redeem.ts";
import { acknowledgeAlarm, clearAlarm, keepDevices, raiseAlarm, recordDevice } from "./device-health.ts";
import { beginSnapshot, dropSnapshot, repairBucket, swapSnapshot, takeChunk } from "./head-office/catalog-snapshot.ts";
import { acceptDown, openDownEpoch, refreshLabel, unpark } from "./head-office/down-stream.ts";
import {
	keepClockFloor,
	moveUpPosition,
	openUpEpoch,
	recordLine,
	recordStart,
	recordStop,
	setIdentity,
	storeCommandResult,
} from "./head-office/line-to-hq.ts";
import { bindLabel, bindLabels } from "./labels/label-binding.ts";
import { recheckLabels } from "./labels/label-picture.ts";
import { recordCheckIns, recordDownloaded, recordDrawn, recordLabelTrouble, recordSent, recordShown } from "./labels/label-progress.ts";
import { dropPaperLabel, labelToPrint, queueDueLabels, queuePaperLabel, startLabel } from "./labels/paper-labels.ts";
import { auditShelf } from "./labels/shelf-audit.ts";
import { enrolMember } from "./members/enrol.ts";
import { closePointsLeases, pointsOfMember } from "./members/points.ts";
import { presentMember } from "./members/present.ts";
import { handOverOrder } from "./orders/hand-over.ts";
import { actOnOrder, pickForOrder, shelveForOrder } from "./orders/picking.ts";
import { tendOrderClocks } from "./orders/tend-clocks.ts";
import { activateDue } from "./prices/price-activation.ts";
import { freezePrices, thawPrices } from "./prices/price-freeze.ts";
import { keepReceiptKey } from "./receipts/receipt-keys.ts";
import {
	cancelPrint,
	copyPrint,
	failPrint,
	movePrint,
	queue as queuePrint,
	recordInDoubt,
	recordPrinted,
	recordSlipVoid,
	recordVoided,
	requeuePrint,
	startPrint,
	unstartPrint,
} from "./receipts/receipt-to-paper.ts";
import { readReceipt } from "./returns/receipt.ts";
import { returnGoods, returnWithoutReceipt, settleQuality } from "./returns/return-goods.ts";
import { closeReturnLeases } from "./returns/rights.ts";
import { tendScanModes } from "./scan-modes.ts";
import { keepScanReading } from "./scan-reading.ts";
import { readScanBacklog, recordScans, takeScans } from "./scan-to-hq.ts";
import { fillShelf } from "./shelf-plan/fill-shelf.ts";
import { askElsewhere } from "./stock/elsewhere.ts";
import { recordSale } from "./stock/sale.ts";
import { chooseCandidate, setRestocking, tendRestocking } from "./stock/shelf-acts.ts";
import { recordMovement } from "./stock/stock.ts";
import { recordStockComparison } from "./stock/stock-comparison.ts";
import { keepShelf, recordPlate, recordShelf, recordWeights } from "./stock/weight-to-stock.ts";
import { confirmAge } from "./tills/age.ts";
import {
	addToBasket,
	couponOfBasket,
	dropCoupon,
	dropFromBasket,
	memberOfBasket,
	openBasket,
	pointsOfBasket,
	showBasket,
} from "./tills/basket.ts";
import { keepFiscal, missFiscal, recordFiscal, refuseFiscal, retryFiscal } from "./tills/fiscal.ts";
import { settleBasket } from "./tills/settle.ts";
import { acceptWeight, weighBasket } from "./tills/weigh.ts";
import { receiveTransfer, sendTransfer } from "./transfers/transfers.ts";

/** Everything that may be written, by name: what a door asks the ledger worker to do. */
export const flows = {
	fillShelf,
	acceptDown,
	openDownEpoch,
	moveUpPosition,
	openUpEpoch,
	recordLine,
	setIdentity,
	recordStart,
	recordStop,
	keepClockFloor,
	storeCommandResult,
	beginSnapshot,
	takeChunk,
	dropSnapshot,
	swapSnapshot,
	repairBucket,
	unpark,
	refreshLabel,
	recheckLabels,
	activateDue,
	freezePrices,
	thawPrices,
	auditShelf,
	bindLabel,
	bindLabels,
	recordCheckIns,
	recordDrawn,
	recordSent,
	recordDownloaded,
	recordShown,
	recordLabelTrouble,
	keepScanReading,
	recordScans,
	takeScans,
	readScanBacklog,
	tendScanModes,
	recordWeights,
	chooseCandidate,
	setRestocking,
	tendRestocking,
	recordPlate,
	recordShelf,
	keepShelf,
	keepColdSensors,
	recordTemperatures,
	tendColdChain,
	recordSensorFacts,
	recordMovement,
	recordSale,
	recordStockComparison,
	presentMember,
	enrolMember,
	redeemCoupon,
	voidRedemption,
	closeCouponLeases,
	keepReceiptKey,
	readReceipt,
	returnGoods,
	returnWithoutReceipt,
	settleQuality,
	sendTransfer,
	receiveTransfer,
	askElsewhere,
	closeReturnLeases,
	openBasket,
	showBasket,
	addToBasket,
	dropFromBasket,
	memberOfBasket,
	couponOfBasket,
	pointsOfBasket,
	pointsOfMember,
	closePointsLeases,
	dropCoupon,
	confirmAge,
	weighBasket,
	acceptWeight,
	settleBasket,
	keepFiscal,
	recordFiscal,
	missFiscal,
	refuseFiscal,
	retryFiscal,
	actOnOrder,
	pickForOrder,
	shelveForOrder,
	handOverOrder,
	tendOrderClocks,
	queuePrint,
	startPrint,
	unstartPrint,
	recordPrinted,
	recordInDoubt,
	recordSlipVoid,
	recordVoided,
	requeuePrint,
	cancelPrint,
	movePrint,
	copyPrint,
	failPrint,
	queuePaperLabel,
	queueDueLabels,
	labelToPrint,
	startLabel,
	dropPaperLabel,
	recordDevice,
	keepDevices,
	acknowledgeAlarm,
	raiseAlarm,
	clearAlarm,
	brokerApply,
	doubtClock,
	trustClock,
	recordAudit,
} satisfies Flows;

export type StoreLedger = Ledger<typeof flows>;

export type FlowName = keyof typeof flows;

/** The acts of a till on its basket, which come in over HTTP and over MQTT alike. */
export type BasketFlow =
	| "openBasket"
	| "showBasket"
	| "addToBasket"
	| "dropFromBasket"
	| "memberOfBasket"
	| "couponOfBasket"
	| "dropCoupon"
	| "confirmAge"
	| "weighBasket"
	| "acceptWeight"
	| "settleBasket";

/**
 * How a door calls the flows it names: arguments and answers are those of the flows themselves. Rejects with LedgerRefusal ({code,
 * message}; nothing changed) or LedgerTrouble (the disk).
 */
export type CallFlow<Named extends FlowName> = <Name extends Named>(
	flow: Name,
	args: Parameters<(typeof flows)[Name]>[1],
	by?: { actor?: Actor },
) => Promise<ReturnType<(typeof flows)[Name]>>;
