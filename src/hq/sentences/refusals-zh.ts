import type { SentenceTable } from "../../words/sentences/sentence.ts";

/** Sentences of head office's refusals about its stores, pushes and other things. */
export const chineseSentences: SentenceTable = [
	["Nothing answers {method} {path}.", "{method} {path} 没有内容。"],
	[
		'The request names the host "{host}". Use head office\'s address, or start it with --names THAT-NAME.',
		"请求的主机名是“{host}”。请使用总部的地址，或用 --names 加入该名称。",
	],
	[
		"Another web site tried to act on head office. Open head office's own page and try again there.",
		"其他网站试图在总部执行操作。请打开总部自己的页面后再试。",
	],
	["Send application/json, or text/csv for a push.", "请发送 application/json；下发价格也可用 text/csv。"],
	["Send `Authorization: Bearer …`, or sign in on the page.", "请发送 `Authorization: Bearer …`，或在页面上登录。"],
	["The token is unknown, has ended or was revoked.", "令牌未知、已过期或已被撤销。"],
	["Make the first person with the claim code that head office said on its console.", "请用总部控制台上的认领码创建第一位用户。"],
	["{who} may not do this; it takes the right {right}.", "{who} 没有权限；需要权限 {right}。"],
	[
		"A backup is made on head office's own machine: gondola hq backup FILE --data DIR.",
		"备份在总部本机上进行：gondola hq backup FILE --data DIR。",
	],
	["days: {kind} stay for {least} days at least.", "days：{kind} 至少保留 {least} 天。"],
	[
		"This head office was started with --exports off: nothing is removed that was not exported. Start it with --exports DIR.",
		"总部以 --exports off 启动：未导出的内容不会删除。请用 --exports DIR 启动。",
	],
	["Nothing was removed that is not exported: {folder}: {why}.", "未导出的内容都没有删除：{folder}：{why}。"],
	["Order {order} is over. It was exported to {file} on {at} and removed.", "订单 {order} 已结束，已于 {at} 导出到 {file} 并删除。"],
	["No open alarm has the id {id}.", "没有编号为 {id} 的未结告警。"],
	// Stores.
	["No store is enrolled as {store}. GET /api/v1/stores lists them.", "没有登记为 {store} 的门店。GET /api/v1/stores 列出所有门店。"],
	["Store {store} has no label {label}, as far as head office has heard.", "据总部所知，门店 {store} 没有价签 {label}。"],
	["Not enrolled: {stores}. Enroll them first (gondola hq enroll STORE).", "尚未登记：{stores}。请先登记（gondola hq enroll STORE）。"],
	["No store is enrolled yet (gondola hq enroll STORE).", "尚未登记任何门店（gondola hq enroll STORE）。"],
	[
		"No store belongs to group {group}.{more} Nothing was changed (gondola hq groups set STORE GROUP).",
		"没有门店属于分组 {group}。{more} 未作任何更改（gondola hq groups set STORE GROUP）。",
	],
	[
		"waves: no store of this push belongs to group {group}. Nothing was changed (gondola hq groups set STORE GROUP).",
		"waves：该下发的门店都不属于分组 {group}。未作任何更改（gondola hq groups set STORE GROUP）。",
	],
	['"{store}" cannot name a store: use 1 to 32 of a-z, 0-9, _ and -.', "“{store}”不能用作门店名称：请使用 1 到 32 个 a-z、0-9、_ 和 -。"],
	['"{name}" cannot be a setting: {~why}.', "“{name}”不能作为设置：{~why}。"],
	[
		"Guard rails take two persons: propose them with PUT /api/v1/guard-rails, another person approves them.",
		"护栏需要两个人：用 PUT /api/v1/guard-rails 提议，由另一人批准。",
	],
	["The groups of a store are set with PUT /api/v1/stores/{store}/groups.", "门店的分组用 PUT /api/v1/stores/{store}/groups 设置。"],
	['groups: "all" means every store; no group has that name.', "groups：“all”表示所有门店，不能用作分组名称。"],
	["groups: at most {most} for a store.", "groups：每个门店最多 {most} 个分组。"],
	[
		"Store {store} runs build {build}, which cannot pick orders. Update its gateway.",
		"门店 {store} 的版本 {build} 不能拣货。请升级其网关。",
	],
	[
		"Store {store} runs build {build}, which knows no transfers. Update its gateway.",
		"门店 {store} 的版本 {build} 不支持调拨。请升级其网关。",
	],
	[
		"Head office has started anew and has not heard store {store} since, so it does not know yet what was " +
			"sold from the store's grants. Send the same order again: it is taken as soon as the store's line is " +
			"back, without anybody doing anything.",
		"总部重新启动后尚未联系到门店 {store}，不知道其授予数量已售出多少。请重新发送同一订单：门店恢复联系后会自动接受。",
	],
	["Head office runs without a line to its stores; start it with a broker.", "总部没有连接门店的线路；请带消息代理启动。"],
	[
		"This code ended at {at}. Ask for a new one: gondola hq enroll {store}",
		"此登记码已于 {at} 失效。请重新申请：gondola hq enroll {store}",
	],
	[
		"Head office made no such code, or a newer one for the store. Ask for a new one.",
		"总部没有生成过此登记码，或已为该门店生成更新的。请重新申请。",
	],
	["This code was used already, and head office was alarmed. Ask for a new one.", "此登记码已被使用，总部已发出告警。请重新申请。"],
	["The box did not sign with the key that it shows.", "设备没有用其出示的密钥签名。"],
	["Too many wrong codes; try again in {seconds} s.", "错误的登记码过多；请在 {seconds} 秒后再试。"],
	// Articles and pushes.
	[
		"No article has SKU {sku}, nor does exactly one have it as its first GTIN. Push the article first, or give its SKU.",
		"没有 SKU 为 {sku} 的商品，也没有唯一以其为首个 GTIN 的商品。请先下发该商品，或填写其 SKU。",
	],
	["{~why} Take it away from that article first. Nothing was changed.", "{~why} 请先从那个商品去掉它。未作任何更改。"],
	["Article {sku} does not have the barcode {code}. It has {others}.", "商品 {sku} 没有条码 {code}。它的条码是 {others}。"],
	["at: {at} is over; leave it out to end it now.", "at：{at} 已过；不填则立即结束。"],
	["waves: {~why}", "波次（waves）：{~why}"],
	["{name}: {at} is not after {before} ({time}).", "{name}：{at} 不晚于 {before}（{time}）。"],
	["{who} proposed these rails; another person has to approve them.", "这些护栏由 {who} 提议，须由另一人批准。"],
	["{who} pushed {push}; another person has to release it. Nothing was changed.", "{push} 由 {who} 下发，须由另一人放行。未作任何更改。"],
	[
		"No guard rails were proposed as {id}. GET /api/v1/guard-rails lists them.",
		"没有编号为 {id} 的护栏提议。GET /api/v1/guard-rails 列出所有提议。",
	],
	[
		"Every change of push {push} has begun. To take it back: gondola hq withdraw {id}",
		"下发 {push} 的所有变更都已开始。如需撤回：gondola hq withdraw {id}",
	],
	[
		"Push {push} was taken at {at} with other changes, stores or time. Nothing was changed; give the new one an id of its own.",
		"下发 {push} 已于 {at} 以不同的变更、门店或时间被接受。未作任何更改；请为新的下发使用新编号。",
	],
	[
		"Push {push} has no file: it came as JSON or from head office itself. Its changes: GET /api/v1/pushes/{id}/changes",
		"下发 {push} 没有文件：它以 JSON 发送或由总部产生。其变更见 GET /api/v1/pushes/{id}/changes",
	],
	[
		"The file of push {push} ({bytes} bytes, SHA-256 {sum}) is not kept: it was too large, or a policy thinned it.",
		"下发 {push} 的文件（{bytes} 字节，SHA-256 {sum}）没有保存：文件过大，或已按策略清理。",
	],
	["Nothing of push {push} waits for that. Nothing was changed.", "下发 {push} 没有等待此操作的内容。未作任何更改。"],
	["Push {push} has no price of {sku} that could be taken back.", "下发 {push} 没有可撤回的 {sku} 价格。"],
	[
		"Push {push} has no promotion or clearance that goes on after {at}. Nothing was changed.",
		"下发 {push} 没有在 {at} 之后仍有效的促销或清仓。未作任何更改。",
	],
	["No push has the id {push}. GET /api/v1/pushes lists the newest.", "没有编号为 {push} 的下发。GET /api/v1/pushes 列出最新的。"],
	["Push {push} was withdrawn at {at}. Push it anew under another id.", "下发 {push} 已于 {at} 撤回。请用新的编号重新下发。"],
	[
		"Release {push} on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面放行 {push}。未作任何更改。",
	],
	[
		"Approve guard rails {proposal} on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面批准护栏 {proposal}。未作任何更改。",
	],
	[
		"Give the place of store {store} to another box on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面将门店 {store} 的位置交给另一台网关。未作任何更改。",
	],
	[
		"Enrol another box of store {store} on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面登记门店 {store} 的另一台网关。未作任何更改。",
	],
	[
		"End the enrolment of store {store} on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面结束门店 {store} 的登记。未作任何更改。",
	],
	[
		"Take back what stores remember on head office's page, as a person with a passkey that is listed. Nothing was changed.",
		"请由通行密钥已登记的人在总部页面取回门店记得的内容。未作任何更改。",
	],
	[
		"Another box got the place of store {store} meanwhile; sign again. Nothing was changed.",
		"门店 {store} 的位置在此期间已交给另一台网关；请再次签名。未作任何更改。",
	],
	[
		"Another box has or had the place of store {store}, and no approver signed this code for it. " +
			"Ask for a new one: gondola hq enroll {name} --again",
		"门店 {store} 的位置属于或曾属于另一台网关，且没有审批人为此登记码签名。请重新生成：gondola hq enroll {name} --again",
	],
	[
		"Boxes of store {store} have keys, so that a new one gets in by a code only: gondola hq enroll {name} --again. Nothing was changed.",
		"门店 {store} 的网关有密钥，新网关只能凭登记码加入：gondola hq enroll {name} --again。未作任何更改。",
	],
	[
		"Store {store} has no box {box}. GET /api/v1/stores/{name}/quarantine lists them.",
		"门店 {store} 没有网关 {box}。GET /api/v1/stores/{name}/quarantine 列出它们。",
	],
	[
		"No key of box {box} counts any more: it would not be let in, and the box that works now would be shut out. " +
			"Enrol it again: gondola hq enroll {store} --again. Nothing was changed.",
		"网关 {box} 的密钥均已失效：它不会被接受，而正在工作的网关会被隔离。请重新登记：gondola hq enroll {store} --again。未作任何更改。",
	],
	["The guard rails proposed as {proposal} were approved before.", "编号 {proposal} 的护栏提案此前已获批准。"],
	["No approver was named: gondola hq approvers add NAME.", "尚未指定审批人：gondola hq approvers add NAME。"],
	["Only a person has a passkey; sign in as one.", "只有人才有通行密钥；请以个人身份登录。"],
	[
		'{who} has no passkey under {name} that counts. Make one on the page "Passkeys"; then: gondola hq approvers add {approver}',
		"{who} 在 {name} 下没有有效的通行密钥。请在“通行密钥”页面创建，然后运行：gondola hq approvers add {approver}",
	],
	["{~why} Nothing was changed.", "{~why} 未作任何更改。"],
	["file: {file} is there already. Name one that is not.", "file：{file} 已存在。请使用其他文件名。"],
	// Orders and goods.
	['line: "{line}" names no line of a sale or order.', "line：“{line}”不是销售或订单的行。"],
	["lines: {sku} stands there twice. Give one line for each article.", "lines：{sku} 出现两次。每个商品只写一行。"],
	[
		"store: only sellable goods go on hand in a store; the store itself takes in what is not.",
		"store：只有可售商品能入门店库存；不可售的由门店自己处理。",
	],
	["to: a transfer goes to another store.", "to：调拨须发往另一家门店。"],
	["{sku} is sold by the piece: give a quantity.", "{sku} 按件销售：请填写 quantity。"],
	["{sku} is sold by weight: give milligrams.", "{sku} 按重量销售：请填写 milligrams。"],
	["{sku} is sold by the piece: give a quantity. Nothing was ordered.", "{sku} 按件销售：请填写 quantity。没有下单。"],
	["{sku} is sold by weight: give milligrams. Nothing was ordered.", "{sku} 按重量销售：请填写 milligrams。没有下单。"],
	["{sku} is sold by the piece: give a quantity. Nothing was planned.", "{sku} 按件销售：请填写 quantity。没有安排调拨。"],
	["{sku} is sold by weight: give milligrams. Nothing was planned.", "{sku} 按重量销售：请填写 milligrams。没有安排调拨。"],
	[
		"The count is dated {at}, and it is {now} here. Give the time it was made at.",
		"盘点时间为 {at}，而这里是 {now}。请填写实际盘点的时间。",
	],
	[
		"Store {store} has not granted enough for this order ({lines}). It was asked for more; send the same " +
			"order again once it answered.",
		"门店 {store} 授予的数量不足以满足该订单（{lines}）。已请求更多；门店答复后请重新发送同一订单。",
	],
	[
		"Store {store} has not granted enough to sell this online ({lines}). It was asked for more; send the same " +
			"order again once it answered.",
		"门店 {store} 授予的数量不足以在网上销售（{lines}）。已请求更多；门店答复后请重新发送同一订单。",
	],
	["Grant {id} was asked for with other contents. Give this one an id of its own.", "授予 {id} 曾以不同内容请求。请使用新的编号。"],
	["Order {id} is already taken with other contents. Give this one an id of its own.", "订单 {id} 已以不同内容被接受。请使用新的编号。"],
	["Order {id} is already placed with other contents. Give this one an id of its own.", "订单 {id} 已以不同内容下单。请使用新的编号。"],
	["Order {id} is {state}; it cannot be cancelled any more.", "订单 {id} 的状态为 {state}，不能再取消。"],
	["No order has the id {id}. GET /api/v1/orders lists them.", "没有编号为 {id} 的订单。GET /api/v1/orders 列出所有订单。"],
	[
		"Movement {id} is already booked with other contents. Give this one an id of its own.",
		"库存变动 {id} 已以不同内容入账。请使用新的编号。",
	],
	["Transfer {id} was planned with other contents. Give this one an id of its own.", "调拨 {id} 已以不同内容安排。请使用新的编号。"],
	["Transfer {id} is {state}: the goods have left store {store}.", "调拨 {id} 的状态为 {state}：货物已离开门店 {store}。"],
	["No transfer has the id {id}. GET /api/v1/transfers lists them.", "没有编号为 {id} 的调拨。GET /api/v1/transfers 列出所有调拨。"],
	["Line {line}: so much of it is not left to come back, or a store was lent it.", "行 {line}：可退数量不足，或退货权已借给门店。"],
	[
		"The store that sold line {line} has the right to take it back, and was asked for it. Send the same " +
			"return again in a few seconds, or, while that store is cut off, once it is heard again.",
		"售出行 {line} 的门店拥有退货权，已向其请求。几秒后（断网时待恢复后）请重新提交同一退货。",
	],
	["Return {id} was taken with other contents. Give this one an id of its own.", "退货 {id} 已以不同内容被接受。请使用新的编号。"],
	["Line {line}.", "行 {line}。"],
	["{sold} were sold in line {line}, and {quantity} come back.", "行 {line} 售出 {sold}，退回 {quantity}。"],
	["No return has the id {id}. GET /api/v1/returns lists them.", "没有编号为 {id} 的退货。GET /api/v1/returns 列出所有退货。"],
	["Coupon {id} has the code {code} at the same time.", "优惠券 {id} 在同一时间使用券码 {code}。"],
	["Coupon {id} was made with other contents. Give this one an id of its own.", "优惠券 {id} 已以不同内容创建。请使用新的编号。"],
	["Coupon {id} was good until {at}; there is nothing to end.", "优惠券 {id} 有效期至 {at}；无需再结束。"],
	["No coupon has the id {id}. GET /api/v1/coupons lists them.", "没有编号为 {id} 的优惠券。GET /api/v1/coupons 列出所有优惠券。"],
	["Recall {id} was made with other contents. Give this one an id of its own.", "召回 {id} 已以不同内容创建。请使用新的编号。"],
	["No recall has the id {id}. GET /api/v1/recalls lists them.", "没有编号为 {id} 的召回。GET /api/v1/recalls 列出所有召回。"],
	// Members.
	["Erasure {id} is of another member. Give this one an id of its own.", "删除 {id} 属于另一位会员。请使用新的编号。"],
	["No erasure has the id {id}.", "没有编号为 {id} 的删除。"],
	["No member key is named {key}.", "没有名为 {key} 的会员码密钥。"],
	["No member key {key} waits to be used.", "没有等待启用的会员码密钥 {key}。"],
	[
		'Head office signs with {key}. Use another key first, or send {"replace": true}: stores that are cut off then take no codes.',
		'总部正在用 {key} 签名。请先启用另一个密钥，或发送 {"replace": true}：断网的门店将不接受会员码。',
	],
	["Head office runs without keys. Start it with --keys DIR.", "总部没有密钥。请用 --keys DIR 启动。"],
	["No member was enrolled under {enrolment}, or head office has not heard of it yet.", "没有以 {enrolment} 登记的会员，或总部尚未得知。"],
	["Rule {id} was made with other contents. Give this one an id of its own.", "规则 {id} 已以不同内容创建。请使用新的编号。"],
	// Other programs.
	[
		"query.after: no single fact has the id {id}. Give the sequence of the last event.",
		"query.after：没有唯一编号为 {id} 的事件。请填写最后一个事件的序号。",
	],
	[
		"Webhook {id} calls {url} with other facts. Delete it first, or take another id.",
		"Webhook {id} 以其他事件调用 {url}。请先删除，或使用其他编号。",
	],
	["No webhook has the id {id}.", "没有编号为 {id} 的 webhook。"],
	[
		"url: {url} {~why}. Start head office with --webhooks-to HOST where it may call there all the same.",
		"url：{url} {why}。如仍要允许调用，请用 --webhooks-to HOST 启动总部。",
	],
	["There are {count} webhooks already; delete one.", "已有 {count} 个 webhook；请删除一个。"],
	// Head office itself.
	[
		"Head office cannot reach its database, so nothing was answered or changed. Send the same request again " +
			"once it is back: its id keeps it from counting twice.",
		"总部无法访问数据库，未作任何答复或更改。恢复后请重新发送同一请求：编号保证不会重复计算。",
	],
	["Nothing was changed. The log of head office names the place; please report it.", "未作任何更改。总部日志记录了出错位置；请报告。"],
];
