// What people read on a terminal, in English and in Chinese: the one table of it. Names in braces are filled in.
// Sentences of reminders stand in their own table, which consumers of Kafka read too.
//
// X(NAME, "English", "中文")
#ifndef GUANXI_CODEC_PHRASES_H
#define GUANXI_CODEC_PHRASES_H

// Words for codes, in the order of their numbers: see words.h.
#define PHRASES_OF_CODES(X) \
    X(ENDED, "ended", "终止") \
    X(STRANGER, "stranger", "陌生期") \
    X(ESTABLISHED, "established", "建立期") \
    X(EVALUATING, "evaluating", "考察期") \
    X(GROWING, "growing", "成长期") \
    X(MATURE, "mature", "成熟期") \
    X(BASIC, "basic", "一般") \
    X(REACTIVE, "reactive", "反应") \
    X(ACCOUNTABLE, "accountable", "可靠") \
    X(PROACTIVE, "proactive", "主动") \
    X(ORDINARY, "ordinary", "普通") \
    X(RISING, "rising", "后起之秀") \
    X(STAR, "star", "天王巨星") \
    X(FADING, "fading", "明日黄花") \
    X(PHASE_NONE, "none", "无") \
    X(PHASE_PLAN, "plan", "计划") \
    X(PHASE_RELATION, "relation", "关系") \
    X(PHASE_MAINTAIN, "maintain", "维持") \
    X(PERSON, "person", "个人") \
    X(ORGANIZATION, "organization", "单位") \
    X(CONSUMER, "consumer", "消费者") \
    X(INTERMEDIARY, "intermediary", "中间商") \
    X(PUBLIC, "public", "公众") \
    X(THINKER, "thinker", "思考者") \
    X(COOPERATOR, "cooperator", "合作者") \
    X(EXTROVERT, "extrovert", "外向者") \
    X(AUTHORITARIAN, "authoritarian", "威权者") \
    X(FIT_UNKNOWN, "unknown", "未知") \
    X(FIT_YES, "yes", "有") \
    X(FIT_NO, "no", "没有") \
    X(BY_US, "us", "我方") \
    X(BY_CUSTOMER, "customer", "客户") \
    X(REMIND_CADENCE, "cadence", "该联系了") \
    X(REMIND_RESPONSE, "response", "该答复了") \
    X(REMIND_AFTERSALE, "aftersale", "该回访了") \
    X(REMIND_ZONE, "zone", "关系不到位") \
    X(REMIND_STALLED, "stalled", "停滞") \
    X(REMIND_OBJECTION, "objection", "异议未了") \
    X(REMIND_RENEWAL, "renewal", "该续约了") \
    X(REMIND_PROMISE, "promise", "该兑现了") \
    X(REMIND_OVERDUE, "overdue", "承诺过期") \
    X(REMIND_THANKS, "thanks", "该道谢了") \
    X(ZONE_UNDER, "under", "不够") \
    X(ZONE_IN, "in", "正好") \
    X(ZONE_OVER, "over", "超过") \
    X(NO, "no", "否") \
    X(YES, "yes", "是")

// Titles of tables, and what the columns of v_customer are called.
#define PHRASES_OF_LABELS(X) \
    X(LABEL_CUSTOMER, "customer", "客户") \
    X(LABEL_NAME, "name", "名称") \
    X(LABEL_OWNER, "owner", "负责人") \
    X(LABEL_MANAGER, "manager", "经理") \
    X(LABEL_KIND, "kind", "性质") \
    X(LABEL_ROLE, "role", "角色") \
    X(LABEL_STYLE, "style", "风格") \
    X(LABEL_CHANNEL, "preferred channel", "偏好的联系方式") \
    X(LABEL_FIT_MONEY, "can pay", "资金") \
    X(LABEL_FIT_AUTHORITY, "may decide", "决策权") \
    X(LABEL_FIT_NEED, "has the need", "需求") \
    X(LABEL_UNFIT, "unfit", "不合格") \
    X(LABEL_FIRST_SEEN, "first seen", "最早记录") \
    X(LABEL_LAST_CONTACT, "last contact", "最近联系") \
    X(LABEL_LAST_INBOUND, "customer last came to us", "客户最近主动联系") \
    X(LABEL_LAST_OUTBOUND, "we last went to the customer", "我方最近主动联系") \
    X(LABEL_RHYTHM, "rhythm", "节奏") \
    X(LABEL_UNANSWERED, "waits for an answer since", "等待答复起于") \
    X(LABEL_UNFOLLOWED, "order not followed up since", "订单未回访起于") \
    X(LABEL_FOLLOWED_UP, "last follow-up of an order", "最近一次售后回访") \
    X(LABEL_WARMTH, "warmth", "热度") \
    X(LABEL_WARMTH_AT, "warmth as of", "热度所属时刻") \
    X(LABEL_LEVEL, "level", "层次") \
    X(LABEL_LEVEL_SINCE, "level since", "层次起于") \
    X(LABEL_TARGET, "target level", "目标层次") \
    X(LABEL_TARGET_SHORT, "target", "目标") \
    X(LABEL_ZONE, "level against target", "层次与目标相比") \
    X(LABEL_TIER, "tier", "等级") \
    X(LABEL_ABC, "ABC class", "ABC 分类") \
    X(LABEL_STAGE, "stage of life", "生命周期阶段") \
    X(LABEL_STAGE_SHORT, "stage", "阶段") \
    X(LABEL_STAGE_SINCE, "stage since", "阶段起于") \
    X(LABEL_ENDED_BY, "ended by", "终止方") \
    X(LABEL_ENDED_REASON, "reason of the end", "终止原因") \
    X(LABEL_PRAM, "PRAM", "PRAM") \
    X(LABEL_PRAM_CYCLE, "PRAM cycle", "PRAM 循环") \
    X(LABEL_PRAM_PHASE, "PRAM phase", "PRAM 环节") \
    X(LABEL_PREMATURE, "agreed without a relation", "关系未到先签约") \
    X(LABEL_AGREEMENT_AT, "agreement of", "协议达成于") \
    X(LABEL_AGREEMENT_UNTIL, "agreement until", "协议到期") \
    X(LABEL_ORDERS, "orders", "订单数") \
    X(LABEL_SPENT, "spent", "累计金额") \
    X(LABEL_FIRST_ORDER, "first order", "首单") \
    X(LABEL_LAST_ORDER, "last order", "末单") \
    X(LABEL_PURCHASE_DAYS, "days with an order", "有订单的天数") \
    X(LABEL_REFERRALS, "referrals", "转介绍") \
    X(LABEL_F, "F, orders in the window", "F 频率") \
    X(LABEL_M, "M, money in the window", "M 金额") \
    X(LABEL_KEEP_US, "promises we kept", "我方兑现率") \
    X(LABEL_KEEP_CUSTOMER, "promises the customer kept", "客户兑现率") \
    X(LABEL_OPEN_REMINDERS, "open reminders", "未了的提醒") \
    X(LABEL_OPEN, "open", "未了") \
    X(LABEL_AT_RISK, "at risk", "有风险") \
    X(LABEL_AS_OF, "as of", "截至") \
    X(LABEL_POLICY, "fingerprint of the policy", "策略指纹") \
    X(LABEL_NEXT, "next reminder", "下一提醒") \
    X(LABEL_DUE, "due", "到期") \
    X(LABEL_SINCE, "open since", "开启于") \
    X(LABEL_REMINDER, "reminder", "提醒") \
    X(LABEL_NOTICES, "notices", "通知次数") \
    X(LABEL_STATE, "state", "状态") \
    X(LABEL_WHY, "why", "原因")

#define PHRASES_OF_LISTS(X) \
    X(NO_OWNER, "nobody's", "无负责人") \
    X(DUE_SUM, "{open} open, {upcoming} more fall due until {until}.", \
      "未了 {open} 项；到 {until} 为止还有 {upcoming} 项到期。") \
    X(NO_CUSTOMERS, "No customer matches.", "没有符合条件的客户。") \
    X(COMING_UP, "comes up", "即将到期") \
    X(IN_HAND, "in hand", "在办") \
    X(SNOOZED, "until {until}", "暂缓至 {until}") \
    X(ALIAS, "{asked} was merged into {customer}: what follows is about {customer}.", \
      "{asked} 已并入 {customer}，以下所说的是 {customer}。")

// Types of events, in the order of their numbers.
#define PHRASES_OF_TYPES(X) \
    X(CALL_COMPLETED, "call.completed", "通话") \
    X(CALL_MISSED, "call.missed", "未接来电") \
    X(VISIT_COMPLETED, "visit.completed", "拜访") \
    X(MEETING_COMPLETED, "meeting.completed", "会面") \
    X(MESSAGE_SENT, "message.sent", "发出消息") \
    X(MESSAGE_RECEIVED, "message.received", "收到消息") \
    X(ORDER_PLACED, "order.placed", "下单") \
    X(ORDER_DELIVERED, "order.delivered", "交货") \
    X(ORDER_REFUNDED, "order.refunded", "退款") \
    X(COST_INCURRED, "cost.incurred", "发生费用") \
    X(FEEDBACK_RECEIVED, "feedback.received", "客户反馈") \
    X(COMPLAINT_RESOLVED, "complaint.resolved", "投诉处理完") \
    X(REFERRAL_GIVEN, "referral.given", "转介绍") \
    X(OBJECTION_RAISED, "objection.raised", "提出异议") \
    X(OBJECTION_RESOLVED, "objection.resolved", "异议化解") \
    X(PLAN_MADE, "plan.made", "制定计划") \
    X(AGREEMENT_MADE, "agreement.made", "达成协议") \
    X(AGREEMENT_ENDED, "agreement.ended", "协议终止") \
    X(PROMISE_MADE, "promise.made", "作出承诺") \
    X(PROMISE_KEPT, "promise.kept", "兑现承诺") \
    X(PROMISE_BROKEN, "promise.broken", "承诺失信") \
    X(SURVEY_COMPLETED, "survey.completed", "调研") \
    X(PROPOSAL_SUBMITTED, "proposal.submitted", "提交初步方案") \
    X(DEMO_GIVEN, "demo.given", "产品演示") \
    X(EXCHANGE_HELD, "exchange.held", "技术交流") \
    X(REQUIREMENTS_ANALYSED, "requirements.analysed", "需求分析") \
    X(DESIGN_SUBMITTED, "design.submitted", "提交设计方案") \
    X(EVALUATION_PASSED, "evaluation.passed", "通过方案评审") \
    X(NEGOTIATION_HELD, "negotiation.held", "商务谈判") \
    X(CONTRACT_SIGNED, "contract.signed", "签订合同") \
    X(RELATIONSHIP_ENDED, "relationship.ended", "关系终止") \
    X(RELATIONSHIP_REOPENED, "relationship.reopened", "关系恢复") \
    X(CHECKLIST_MARKED, "checklist.marked", "勾选清单") \
    X(CUSTOMER_UPDATED, "customer.updated", "更新客户资料") \
    X(CUSTOMER_MERGED, "customer.merged", "客户合并") \
    X(CUSTOMER_UNMERGED, "customer.unmerged", "撤销合并") \
    X(CUSTOMER_ERASED, "customer.erased", "客户删除") \
    X(REMINDER_ACKNOWLEDGED, "reminder.acknowledged", "提醒已认领") \
    X(REMINDER_DISMISSED, "reminder.dismissed", "提醒已关闭") \
    X(REMINDER_SNOOZED, "reminder.snoozed", "提醒已暂缓") \
    X(VALUED, "guanxi.valued", "价值排名") \
    X(TICK, "guanxi.tick", "时钟")

#define PHRASES_OF_EXPLAIN(X) \
    X(AS_OF, "As of {at}: all events up to then have been read.", "截至 {at}：此前的事件均已读入。") \
    X(AS_OF_EVENT, "As of {at}, the last event of the customer.", "截至 {at}，即客户的最后一个事件。") \
    X(AS_OF_PAST, "As of {at}, as asked: events have been read up to {read}.", \
      "按所问的时刻 {at} 说明；事件现已读到 {read}。") \
    X(AS_OF_AHEAD, "As of {at}, if nothing happens until then: events have been read up to {read}.", \
      "到 {at} 时的情形，假定此前无事发生；事件现读到 {read}。") \
    X(SINCE, "{what}, since {at}", "{what}，自 {at} 起") \
    X(OWNED, "{owner}, manager {manager}", "{owner}，经理 {manager}") \
    X(TARGETED, "{level} (tier {tier}): {zone}", "{level}（{tier}）：{zone}") \
    X(UNFIT_IS, "care has stopped, but for what we owe", "停止关怀，但欠客户的照办") \
    X(CYCLE, "cycle {cycle}, {phase}", "第 {cycle} 个循环，{phase}") \
    X(CYCLE_AGREED, "cycle {cycle}, {phase}, agreement of {at}", "第 {cycle} 个循环，{phase}，协议达成于 {at}") \
    X(CYCLE_AGREED_UNTIL, "cycle {cycle}, {phase}, agreement of {at} until {until}", \
      "第 {cycle} 个循环，{phase}，协议自 {at} 至 {until}") \
    X(TITLE_STEPS, "How the level came", "层次的由来") \
    X(NO_STEPS, "The level has been {level} since the first event, of {at}.", "自 {at} 的首个事件起，层次一直是“{level}”。") \
    X(LABEL_AT, "when", "时间") \
    X(LABEL_FROM, "from", "由") \
    X(LABEL_TO, "to", "到") \
    X(LABEL_CAUSE, "cause", "缘由") \
    X(LABEL_EVENT, "event", "事件") \
    X(LABEL_SOURCE, "source and id", "来源与编号") \
    X(IDENTIFIED, "{source} {id}", "{source} {id}") \
    X(SIDED, "{type}, {side}", "{type}，{side}") \
    X(SIDE_INBOUND, "inbound", "客户主动") \
    X(SIDE_OUTBOUND, "outbound", "我方主动") \
    X(SIDE_BOTH, "both ways", "双向") \
    X(FELL_BY_WARMTH, "warmth fell to {leave} or less", "热度降到 {leave} 或以下") \
    X(FELL_BY_EVIDENCE, "the evidence of {level} ran out", "“{level}”的证据过期") \
    X(TITLE_WARMTH, "Warmth {warmth}, of which half is gone every {half_life}", "热度 {warmth}，每过{half_life}减半") \
    X(NO_POINTS, "No event has brought points.", "还没有带分数的事件。") \
    X(LABEL_WEIGHT, "weight now", "现值") \
    X(LABEL_POINTS, "points", "原分") \
    X(OTHERS, "{count} others", "其余 {count} 项") \
    X(TITLE_EVIDENCE, "Evidence", "证据") \
    X(HOLDS, "holds", "有效") \
    X(IS_MISSING, "missing", "缺") \
    X(INBOUND_GOOD, "the customer came to us on {at}: good until {until}", "客户于 {at} 主动找过我们，有效至 {until}") \
    X(INBOUND_OVER, "the customer last came to us on {at}: ran out on {until}", \
      "客户最近一次主动找我们是 {at}，已于 {until} 过期") \
    X(INBOUND_NONE, "the customer has never come to us", "客户从未主动找过我们") \
    X(FOLLOWED_GOOD, "we followed up an order on {at}: good until {until}", "我方于 {at} 做过售后回访，有效至 {until}") \
    X(FOLLOWED_OVER, "we last followed up an order on {at}: ran out on {until}", \
      "最近一次售后回访是 {at}，已于 {until} 过期") \
    X(FOLLOWED_NONE, "no order has been followed up", "还没有做过售后回访") \
    X(RHYTHM_GOOD, "rhythm {rhythm}, our last contact on {at}: good until {until}", \
      "节奏 {rhythm}，最近一次主动联系 {at}，有效至 {until}") \
    X(RHYTHM_OVER, "rhythm {rhythm}, our last contact on {at}: ran out on {until}", \
      "节奏 {rhythm}，最近一次主动联系 {at}，已于 {until} 过期") \
    X(RHYTHM_SHORT, "rhythm {rhythm} of {least}, our last contact on {at}", \
      "节奏 {rhythm}（需要 {least}），最近一次主动联系 {at}") \
    X(RHYTHM_NONE, "we have never gone to the customer", "我方从未主动联系客户") \
    X(TITLE_MISSING, "Missing for {level}", "离“{level}”还差") \
    X(AT_THE_TOP, "This is the highest level.", "已是最高层次。") \
    X(MISSING_WARMTH, "warmth: {lacks} more, to {enter}", "热度：再增 {lacks}，到 {enter}") \
    X(MISSING_INBOUND, "the customer comes to us: a call, a visit, a message, feedback", \
      "客户主动找我们一次：来电、来访、来信或反馈") \
    X(MISSING_FOLLOWED, "we follow up an order, within {window} of it", "下单后{window}内做一次售后回访") \
    X(MISSING_RHYTHM, "days on which we go to the customer, at most {gap} apart: {days} more", \
      "我方主动联系客户：再有 {days} 天，相邻两次不超过{gap}") \
    X(MISSING_CONTACT, "nothing else: the next contact, or event with points, brings it", \
      "别的都不差：下一次联系或带分数的事件即可升级") \
    X(TITLE_FUTURE, "If nothing is done", "如果什么都不做") \
    X(NOTHING_CHANGES, "Nothing changes any more.", "不再有变化。") \
    X(WILL_FALL, "falls to {level}: {cause}", "降为 {level}：{cause}") \
    X(WILL_REMIND, "reminder {kind}", "提醒：{kind}") \
    X(WILL_REMIND_PROMISE, "reminder {kind} ({promise})", "提醒：{kind}（{promise}）") \
    X(WILL_ESCALATE, "{reminder}; to the manager too on {manager}, at risk from {risk} on", \
      "{reminder}；{manager} 起也通知经理，{risk} 起有风险") \
    X(FALLS_BY_WARMTH, "warmth is down to {leave}", "热度降到 {leave}") \
    X(FALLS_BY_EVIDENCE, "the evidence of {level} runs out", "“{level}”的证据过期") \
    X(TITLE_REMINDERS, "Open reminders", "未了的提醒") \
    X(NO_REMINDERS, "None is open.", "没有未了的提醒。") \
    X(OPEN_REMINDER, "{kind}: due {due}, open since {opened}, notices so far {notices}", \
      "{kind}：到期 {due}，开启于 {opened}，已通知 {notices} 次") \
    X(INDENTED, "  {text}", "  {text}") \
    X(WITH_NEXT, "{reminder}, the next on {at}", "{reminder}，下一次 {at}") \
    X(WITH_RISK, "{reminder}, at risk", "{reminder}，有风险") \
    X(WITH_HAND, "{reminder}, in hand since {at}", "{reminder}，自 {at} 起在办") \
    X(TITLE_PROMISES, "Promises", "承诺") \
    X(KEPT_BY_US, "we kept {kept} of {all} ({rate})", "我方 {all} 项中兑现 {kept} 项（{rate}）") \
    X(KEPT_BY_CUSTOMER, "the customer kept {kept} of {all} ({rate})", "客户 {all} 项中兑现 {kept} 项（{rate}）") \
    X(NO_OUTCOMES, "None has been kept or broken.", "还没有兑现或失信的承诺。") \
    X(PROMISED_BY_US, "ours is open: {promise}, due {due}", "我方未了：{promise}，期限 {due}") \
    X(PROMISED_BY_CUSTOMER, "the customer's is open: {promise}, due {due}", "客户未了：{promise}，期限 {due}") \
    X(PROMISE_ABOUT, "{promise} ({about})", "{promise}（{about}）") \
    X(TITLE_OBJECTIONS, "Open objections", "未了的异议") \
    X(OBJECTED_NEED, "the need", "需求") \
    X(OBJECTED_MONEY, "the budget", "财力") \
    X(OBJECTED_AUTHORITY, "the authority to decide", "决策权") \
    X(OBJECTED_PRICE, "the price", "价格") \
    X(OBJECTED_PRODUCT, "the product", "产品") \
    X(OBJECTED_PERSON, "our salesperson", "销售人员") \
    X(CAUSED_BY_COMPANY, "{objection}, which lies with us, since {at}", "{objection}，原因在我方，提出于 {at}") \
    X(CAUSED_BY_CUSTOMER, "{objection}, which lies with the customer, since {at}", "{objection}，原因在客户，提出于 {at}") \
    X(TITLE_NEXT, "What to do next", "下一步") \
    X(NEXT_OF_LIST, "{list}: {items}", "{list}：{items}") \
    X(JOINED, "{left}, {right}", "{left}、{right}") \
    X(NEXT_NOTHING, "Every step of the stage is marked.", "本阶段的各项都已勾选。") \
    X(TITLE_VALUE, "Value", "价值") \
    X(NO_ORDERS, "No order yet.", "还没有订单。") \
    X(AGO, "{date}, {time} ago", "{date}，{time}前") \
    X(LABEL_RANKED, "rank of", "排名日") \
    X(RANKED, "{date}: place {rank} of {all}", "{date}：第 {rank} 名，共 {all} 名") \
    X(RANKED_NOT, "{date}: no order in the window, no place", "{date}：窗口内没有订单，不排名") \
    X(LABEL_R, "R", "R 近度") \
    X(LABEL_SCORE_F, "F", "F 频率") \
    X(LABEL_SCORE_M, "M", "M 金额") \
    X(SCORED, "{value}: score {score} ({least} to {most})", "{value}：{score} 分（{least} 至 {most}）") \
    X(LABEL_SEGMENT, "segment", "细分") \
    X(SEGMENT_BY, "{name}: R {r}, F {f}, M {m}", "{name}：R {r}，F {f}，M {m}") \
    X(SEGMENT_REST, "{name}: no segment has these scores", "{name}：没有一个细分有这样的分数") \
    X(SCORE_SPAN, "{least}-{most}", "{least}-{most}") \
    X(ABC_BY, "{abc}: those before make {share} of all money (A below 80 %, B below 95 %)", \
      "{abc}：排在前面的占总金额 {share}（A 低于 80 %，B 低于 95 %）") \
    X(ABC_NONE, "{abc}: no money in the window", "{abc}：窗口内没有金额") \
    X(TIER_BY, "{tier}, target level {level}: {last} in the last {days}, {before} in as many before", \
      "{tier}，目标层次 {level}：最近{days} {last}，再往前同样长 {before}") \
    X(PERCENT, "{number} %", "{number} %") \
    X(LABEL_CLV, "lifetime value", "终身价值") \
    X(LABEL_ALIVE, "buys again", "还会再买") \
    X(ALIVE, "{alive} likely, {expected} days with an order in 52 weeks", "可能性 {alive}，52 周内约 {expected} 天有订单")

// What another policy would make of customers.
#define PHRASES_OF_SIMULATE(X) \
    X(SIM_SAME, "This configuration has the policy that is in force.", "此配置与现行策略相同。") \
    X(SIM_ANEW, "It differs from the policy in force in {names}; customers are to be worked out anew (guanxid recompute).", \
      "与现行策略相比，不同之处：{names}；客户须全部重算（guanxid recompute）。") \
    X(SIM_RELOAD, "It differs from the policy in force in {names}; that takes effect at the next start or reload.", \
      "与现行策略相比，不同之处：{names}；下次启动或重新加载时生效。") \
    X(SIM_ALL, "{customers} customers as of {at}", "{customers} 位客户，截至 {at}") \
    X(SIM_SAMPLE, "{sample} of {customers} customers as of {at}, chosen by the hash of their ids: for all of them times {scale}", \
      "{customers} 位客户中的 {sample} 位（按编号的散列值抽取），截至 {at}：推算全部请乘以 {scale}") \
    X(SIM_LEVEL, "level", "层次") \
    X(SIM_NOW, "now", "现在") \
    X(SIM_THEN, "then", "改后") \
    X(SIM_CHANGE, "change", "变化") \
    X(SIM_FROM, "from level", "原层次") \
    X(SIM_TO, "to level", "新层次") \
    X(SIM_CUSTOMERS, "customers", "客户数") \
    X(SIM_REMINDERS, "Reminders that open within {days}", "{days}内将发出的提醒") \
    X(SIM_REMINDER, "reminder", "提醒") \
    X(SIM_MOVES, "Customers that move", "层次变动的客户") \
    X(SIM_NO_MOVES, "No customer moves to another level.", "没有客户改变层次。") \
    X(SIM_EXAMPLES, "Examples", "举例") \
    X(SIM_REACHED, "{from} to {to}: reached on {date}; warmth {warmth}, {before} before", \
      "{from} → {to}：{date} 达到；热度 {warmth}，原为 {before}") \
    X(SIM_REACHED_ALWAYS, "{from} to {to}; warmth {warmth}, {before} before", "{from} → {to}；热度 {warmth}，原为 {before}") \
    X(SIM_COOLED, "{from} to {to}: fell on {date}, as warmth had fallen; it is {warmth}, {before} before", \
      "{from} → {to}：{date} 因热度下降而降级；热度 {warmth}，原为 {before}") \
    X(SIM_UNPROVEN, "{from} to {to}: fell on {date}, as the evidence had run out; warmth {warmth}, {before} before", \
      "{from} → {to}：{date} 因证据失效而降级；热度 {warmth}，原为 {before}") \
    X(SIM_COLD, "{from} to {to}: warmth {warmth}, {before} before; {next} begins at {enter}", \
      "{from} → {to}：热度 {warmth}，原为 {before}；{next} 需要 {enter}") \
    X(SIM_LACKING, "{from} to {to}: the evidence for {next} is missing; warmth {warmth}, {before} before", \
      "{from} → {to}：缺少 {next} 的证据；热度 {warmth}，原为 {before}") \
    X(SIM_REMINDED, "{level}; next reminder: {then} instead of {now}", "{level}；下一个提醒：{then}，原为 {now}") \
    X(SIM_OPENS, "{kind} on {date}", "{kind}（{date}）") \
    X(SIM_NONE, "none", "无")

#define PHRASES(X) \
    PHRASES_OF_CODES(X) PHRASES_OF_LABELS(X) PHRASES_OF_LISTS(X) PHRASES_OF_TYPES(X) PHRASES_OF_EXPLAIN(X) \
    PHRASES_OF_SIMULATE(X)

enum phrase {
#define X(NAME, en, zh) PHRASE_##NAME,
    PHRASES(X)
#undef X
    PHRASE_COUNT
};

#endif
