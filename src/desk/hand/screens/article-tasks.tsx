/** Tasks that begin with an article: its price and stock, receiving, counting, the audit of its shelf, binding a label. */
import { useState } from "preact/hooks";
import { useSpeech } from "../language/speech.ts";
import { ScanField } from "../scanning/scan-field.tsx";
import type { Task } from "../state/act.ts";
import type { KnownArticle } from "../state/articles.ts";
import { audit, bind, count, receive, rightOf, unbind } from "../state/do.ts";
import { gateway } from "../state/gateway.ts";
import { show, useHand } from "../state/state.ts";
import { taskWord } from "./home.tsx";
import { useDoing } from "./kept-act.tsx";
import { ArticleCard, useFigures } from "./look.tsx";
import { Quantity } from "./quantity.tsx";

type ArticleTask = Extract<Task, "look" | "receive" | "count" | "audit">;

/** The article stays when the task changes: scan once, then choose what to do with it. */
let inHand: KnownArticle | undefined;
export const takeInHand = (article: KnownArticle | undefined): void => {
	inHand = article;
};

export function ArticleTaskScreen({ task }: { task: ArticleTask }) {
	const { say } = useSpeech();
	const [article, setArticle] = useState<KnownArticle | undefined>(inHand);
	const choose = (next: KnownArticle | undefined): void => {
		takeInHand(next);
		setArticle(next);
	};
	return (
		<>
			<ScanField onArticle={choose} />
			{article ? (
				<WithArticle key={article.sku} task={task} article={article} onDone={() => choose(undefined)} />
			) : (
				<p class="hint">{say("scanArticle")}</p>
			)}
		</>
	);
}

function WithArticle({ task, article, onDone }: { task: ArticleTask; article: KnownArticle; onDone(): void }) {
	const { say, f } = useSpeech();
	const figures = useFigures(article.sku);
	const rights = useHand((all) => all.who?.rights ?? []);
	const doing = useDoing(onDone);
	const isWeight = article.weighed === true;
	const price = figures?.price;
	return (
		<>
			<ArticleCard article={article} figures={figures} />
			{task === "receive" && (
				<Quantity
					first={isWeight ? undefined : 1}
					isWeight={isWeight}
					least={1}
					word="receiveNow"
					onDone={(quantity) => doing(receive(article, quantity))}
				/>
			)}
			{task === "count" && (
				<Quantity first={undefined} isWeight={isWeight} least={0} word="countNow" onDone={(quantity) => doing(count(article, quantity))} />
			)}
			{task === "audit" && (
				<div class="choices">
					{price && <p>{say("shouldShow", f.money(price.amountMinor, price.currency))}</p>}
					<button type="button" class="act" onClick={() => doing(audit(article, "right"))}>
						{say("auditRight")}
					</button>
					<button type="button" class="act second" onClick={() => doing(audit(article, "wrong"))}>
						{say("auditWrong")}
					</button>
					<button type="button" class="act second" onClick={() => doing(audit(article, "missing"))}>
						{say("auditMissing")}
					</button>
				</div>
			)}
			{task === "look" && (
				<nav class="tiles" aria-label={article.name}>
					{(["receive", "count", "audit", "bind"] as const)
						.filter((each) => rights.includes(rightOf[each]))
						.map((each) => (
							<button key={each} type="button" onClick={() => show({ at: "task", task: each })}>
								{say(taskWord(each))}
							</button>
						))}
				</nav>
			)}
		</>
	);
}

/** A label, then the article that it shall show; with an article in hand, its label alone. */
export function BindScreen() {
	const { say } = useSpeech();
	const [label, setLabel] = useState<string>();
	const [article, setArticle] = useState<KnownArticle | undefined>(inHand);
	const [now, setNow] = useState<string | null>();
	const doing = useDoing(() => {
		setLabel(undefined);
		setArticle(undefined);
		takeInHand(undefined);
	});
	const takeLabel = (id: string): void => {
		setLabel(id);
		setNow(undefined);
		void gateway.label(id).then(
			({ name }) => setNow(name),
			() => setNow(undefined),
		);
	};
	return (
		<>
			<ScanField onArticle={(each) => setArticle(each)} onLabel={takeLabel} />
			{label === undefined && <p class="hint">{say("scanLabel")}</p>}
			{label !== undefined && (
				<section class="card" aria-label={say("label", label)}>
					<h2 class="code">{say("label", label)}</h2>
					{now != null && <p class="quiet">{say("boundTo", now)}</p>}
				</section>
			)}
			{article && (
				<section class="card" aria-label={article.name}>
					<h2>{article.name}</h2>
					<p class="quiet code">{article.sku}</p>
				</section>
			)}
			{label !== undefined && !article && <p class="hint">{say("scanArticle")}</p>}
			{label !== undefined && article && (
				<button type="button" class="act" onClick={() => doing(bind(label, article))}>
					{say("bindNow")}
				</button>
			)}
			{label !== undefined && !article && now != null && (
				<button type="button" class="act second" onClick={() => doing(unbind(label, now))}>
					{say("unbindNow")}
				</button>
			)}
		</>
	);
}
