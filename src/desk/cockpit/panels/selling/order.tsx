import { useRef, useState } from "preact/hooks";
import type { ShownOrder } from "../../../../words/answers/orders.ts";
import { useSpeech } from "../../language/language.ts";
import { useSellingWords } from "../../language/selling-words.ts";
import { Refused } from "../../shared/ask.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import type { OrderVerb } from "../../state/api.ts";
import { askSelling, putOrder } from "../../state/selling.ts";
import { api, newId, useCockpit } from "../../state/state.ts";
import { useMay } from "../alarms/acts.tsx";

type Line = ShownOrder["lines"][number];
type Act = (verb: OrderVerb, body?: object) => Promise<void>;

/**
 * Acts on an order. An act that was not answered keeps its id until it is: sent again, it counts once. Resolves after the answer, and
 * rejects where it was refused.
 */
function useOrderAct(order: string) {
	const { say } = useSpeech();
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const unanswered = useRef<{ what: string; id: string } | undefined>(undefined);
	const act: Act = async (verb, body = {}) => {
		const what = JSON.stringify([verb, body]);
		const id = unanswered.current?.what === what ? unanswered.current.id : newId();
		unanswered.current = { what, id };
		setBusy(true);
		try {
			putOrder(await api.actOnOrder(order, verb, { id, ...body }));
			unanswered.current = undefined;
			setSaid("");
			void askSelling();
		} catch (error) {
			const isAnswered = error instanceof Refused && error.status !== 0;
			if (isAnswered) unanswered.current = undefined;
			setSaid(isAnswered ? error.message : say("unreachable"));
			throw error;
		} finally {
			setBusy(false);
		}
	};
	return { said, busy, act };
}

/** The goods of an order, what may be done with it now, and what happened to it. */
export function OrderDetails({ order }: { order: ShownOrder }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const mayAct = useMay("orders.write");
	const { said, busy, act } = useOrderAct(order.id);
	return (
		<div class="details">
			<ul class="lines">
				{order.lines.map((line) => (
					<LineRow key={line.sku} line={line} short={mayAct && isPicked(order) && !busy ? act : undefined} />
				))}
			</ul>
			{mayAct && <Acts order={order} act={act} busy={busy} />}
			<RefusalText said={said} />
			<h3>{words("course")}</h3>
			<ol class="course">
				{order.history.map((step) => (
					<li key={`${step.state} ${step.at}`}>
						<time>{f.day(step.at)}</time>
						<span>
							{words(`order_${step.state}`)}
							<small>
								{step.by.replace(/^(user|token|system):/, "")}
								{step.why !== undefined && ` · ${step.why}`}
							</small>
						</span>
					</li>
				))}
			</ol>
		</div>
	);
}

const isPicked = ({ state }: ShownOrder): boolean => state === "accepted" || state === "picking";

/** Names of articles are read off the labels that the page has anyway. */
function useName(sku: string): string {
	return useCockpit((all) => [...all.labels.values()].find((label) => label.sku === sku)?.name ?? sku);
}

function LineRow({ line, short }: { line: Line; short: Act | undefined }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const name = useName(line.sku);
	const isWeighed = "milligrams" in line;
	const size = (amount: number): string => (isWeighed ? f.grams(amount) : f.number(amount));
	return (
		<li class={line.open === 0 ? "done" : ""}>
			<span class="what">
				{name}
				<small>
					<span class="code">{line.sku}</span> · {words("ordered")}: {size(isWeighed ? line.milligrams : line.quantity)} · {words("picked")}
					: {size(line.picked)}
					{line.short > 0 && ` · ${words("missing", size(line.short), line.shortReason ?? "–")}`}
					{"substitute" in line && ` · ${words("instead", line.substitute)}`}
				</small>
			</span>
			{short && line.open > 0 && (
				<button
					type="button"
					class="ghost"
					aria-label={`${words("short")}: ${name}`}
					onClick={() => void short("short", { sku: line.sku, reason: words("shortWhy") }).catch(() => {})}
				>
					{words("short")}
				</button>
			)}
		</li>
	);
}

function Acts({ order, act, busy }: { order: ShownOrder; act: Act; busy: boolean }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const { state, lines, staged } = order;
	const isDone = lines.every(({ open }) => open === 0);
	if (state === "placed")
		return (
			<div class="acts">
				<button type="button" disabled={busy} onClick={() => void act("accept").catch(() => {})}>
					{words("accept")}
				</button>
				<CodeForm verb="refuse" field="reason" title={words("refuseWhy")} word={words("refuse")} act={act} busy={busy} />
			</div>
		);
	if (isPicked(order))
		return (
			<div class="acts">
				{!isDone && <PickForm act={act} busy={busy} hasWeighed={lines.some((line) => "milligrams" in line && line.open > 0)} />}
				<button type="button" disabled={busy || !isDone} onClick={() => void act("ready").catch(() => {})}>
					{words("ready")}
				</button>
			</div>
		);
	if (state === "ready")
		return <CodeForm verb="hand-over" field="code" title={words("handOverCode")} word={words("handOver")} act={act} busy={busy} />;
	if (staged.length === 0) return null;
	return (
		<>
			<p class="quiet">{words("inBag", staged.map(({ sku, quantity }) => `${sku} × ${f.number(quantity)}`).join(", "))}</p>
			<CodeForm verb="shelve" field="code" title={words("shelveCode")} word={words("shelve")} act={act} busy={busy} />
		</>
	);
}

interface CodeFormOf {
	verb: OrderVerb;
	field: "code" | "reason";
	title: string;
	word: string;
	act: Act;
	busy: boolean;
}

/** One text, typed or scanned by a scanner that types, and the act that it is for. */
function CodeForm({ verb, field, title, word, act, busy }: CodeFormOf) {
	const [text, setText] = useState("");
	const submit = (event: Event): void => {
		event.preventDefault();
		act(verb, { [field]: text.trim() }).then(
			() => setText(""),
			() => {},
		);
	};
	return (
		<form onSubmit={submit}>
			<input value={text} placeholder={title} aria-label={title} onInput={({ currentTarget }) => setText(currentTarget.value)} />
			<button type="submit" disabled={busy || text.trim() === ""}>
				{word}
			</button>
		</form>
	);
}

/** The code of a piece; a label of a scale has its weight in the code, for others it is typed. */
function PickForm({ act, busy, hasWeighed }: { act: Act; busy: boolean; hasWeighed: boolean }) {
	const words = useSellingWords();
	const [code, setCode] = useState("");
	const [grams, setGrams] = useState("");
	const submit = (event: Event): void => {
		event.preventDefault();
		const milligrams = Math.round(Number(grams) * 1_000);
		act("pick", { code: code.trim(), ...(milligrams > 0 && { milligrams }) }).then(
			() => {
				setCode("");
				setGrams("");
			},
			() => {},
		);
	};
	return (
		<form onSubmit={submit}>
			<input
				value={code}
				placeholder={words("pickCode")}
				aria-label={words("pickCode")}
				onInput={({ currentTarget }) => setCode(currentTarget.value)}
			/>
			{hasWeighed && (
				<input
					class="grams"
					inputMode="numeric"
					value={grams}
					placeholder={words("pickGrams")}
					aria-label={words("pickGrams")}
					onInput={({ currentTarget }) => setGrams(currentTarget.value)}
				/>
			)}
			<button type="submit" disabled={busy || code.trim() === ""}>
				{words("pick")}
			</button>
		</form>
	);
}
