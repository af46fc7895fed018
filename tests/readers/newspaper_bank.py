"""Invented stories in the manner of local dailies, from which test pages are assembled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One invented story: `label` is a column's label that suits it; `subheads` by the paragraph
    that they stand before; `when` says that its first paragraph reads well after a dateline."""

    headline: str
    paragraphs: tuple[str, ...]
    label: tuple[str, ...] = ()
    kicker: str = ""
    deck: str = ""
    subheads: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One invented photograph: its caption and the label that suits it."""

    caption: str
    label: tuple[str, ...] = ()


CHINESE: tuple[Told, ...] = (
    Told(
        "两岸渡口恢复通航 早晚高峰八分钟一班",
        (
            "昨天清晨，停航两年的松湾渡口恢复通航，首班渡船载着四十多名乘客驶向对岸。船工老许说，等了两年，总算又听见了汽笛声。",
            "据区交通局介绍，新渡船采用电力推进，每船可载客六十人，早晚高峰每八分钟一班，平峰每一刻钟一班。渡口两侧新建了候船廊和无障碍坡道，轮椅和婴儿车可以直接上船。",
            "家住西岸的周阿婆每天过江卖菜，过去要绕行十二公里。“现在坐渡船六分钟就到，菜还是鲜的。”她把两筐青菜稳稳放在甲板上。",
            "区交通局表示，渡口月票继续有效，老人和学生凭证件免费乘坐。下一步，还将在渡口增设共享单车停放点，方便市民换乘。",
        ),
        label=("两岸", "新渡"),
        deck="——松湾渡口首日载客逾三千人次",
    ),
    Told(
        "乡村夜校点亮冬夜",
        (
            "每到周三晚上，杨柳村的祠堂就亮起灯来。三十多位村民放下农具，坐进夜校的课堂，学剪纸、学手机摄影，也学怎样给果树剪枝。",
            "“白天下地，晚上上课，日子有了奔头。”五十八岁的学员赵阿婆笑着说，她拍的梨花照片还在镇上的展览里得了奖。",
            "夜校的老师来自镇文化站和农技站，也有返乡的大学生。站长罗松介绍，夜校开班半年来，已开设课程二十六门，四百多人次走进课堂。",
            "为了让夜校办得长久，村里把每年的集体收入拿出一部分作为课酬，又请学员轮流当班长。今年冬天，夜校还准备到邻近的三个村去上流动课。",
        ),
        label=("乡村", "文明风"),
        kicker="学剪纸 学摄影 学农技",
    ),
    Told(
        "石岭水库引水工程全线贯通",
        (
            "近日，历时九年的石岭水库引水工程全线贯通，清水沿着二十七公里的隧洞流进北坡的梯田，八千亩旱地从此有了水源。",
            "九年前，这里还是十年九旱的荒坡。村民吃水要走十里山路，种下的玉米只能看天。省水利设计院的工程师先后五次进山勘测，图纸改了二十七遍。",
            "项目负责人秦岳说，最难的是穿山隧洞，地质条件复杂，每天只能掘进一米多。施工队伍克服了涌水、塌方等困难，比计划提前三个月打通了最后一段。",
            "水来了，地活了。今年秋天，石岭乡的柑橘第一次挂果，亩均收入超过六千元。几位在外打工的年轻人也回到村里，合伙办起了果品合作社。",
            "乡长罗静算了一笔账：八千亩旱地改成水浇地，每年可增收三千多万元。“有了水，人心也就稳了。”她说。",
        ),
        label=("山水", "石岭"),
        kicker="引水上山九年功",
        deck="——八千亩旱地变良田",
        subheads=((1, "十年九旱的荒坡"), (3, "柑橘挂上枝头")),
    ),
    Told(
        "全区校园足球联赛开哨",
        (
            "昨天下午，全区校园足球联赛在体育中心开哨，来自二十八所学校的三十二支球队将展开为期一个月的角逐。",
            "今年的联赛首次设立女子组，共有九支女队报名。区体育局有关负责人说，联赛举办五年来，注册的小球员从三百人增加到两千多人，已有六十多人进入省队试训。",
            "揭幕战中，实验小学队以三比二险胜城南小学队。打进制胜一球的五年级学生陈朗说，为了这场比赛，球队每天早晨六点半就开始训练。",
        ),
        label=("活力", "校园"),
    ),
    Told(
        "“小修小补”便民铺开进二十个社区",
        (
            "修伞、配钥匙、磨剪刀……这些渐渐难找的老手艺，如今又回到了居民家门口。日前，记者从区商务局获悉，全区已有二十个社区建起“小修小补”便民铺。",
            "在青石巷社区，便民铺设在菜场旁的一间老屋里，屋里摆着六个工位。修鞋匠老葛在这里一天能接二十多单，社区免收他三年租金。",
            "“过去一双鞋坏了，只能扔掉，现在走几步路就能修好。”居民黄女士说，铺子还代收干洗衣物，周末有志愿者免费磨刀。",
            "区商务局表示，明年将把便民铺增加到五十个，并公布电子地图，方便居民查找。",
        ),
        label=("民生", "实事"),
        subheads=((1, "老手艺有了新去处"), (3, "明年再增三十个")),
    ),
    Told(
        "机器人走上葡萄园的田埂",
        (
            "清晨五点，三台履带机器人驶进长丰葡萄园，沿着田埂自动喷药、除草，园主郑海只需在手机上点几下屏幕。",
            "长丰葡萄园占地六百亩，过去每到农忙时节，要雇六十多个工人。去年，园区与省农科院合作，引进自主导航的农业机器人，用工减少了七成，农药用量也下降了三成。",
            "“机器人认得出每一株葡萄。”省农科院副研究员宋凯说，团队用两年时间采集了十二万张叶片图像，机器人识别病斑的准确率达到百分之九十六。",
            "除了喷药除草，机器人还能给葡萄估产。今年夏天，它给出的预测与实际产量只差百分之二。",
            "目前，全区已有十四家农场用上了农业机器人。区农业农村局计划三年内建成两个智慧农业示范园，让更多农户学会和机器人一起种地。",
        ),
        label=("科创", "田园"),
        kicker="不用人扶 不怕日晒",
    ),
    Told(
        "老厂房里开出书香街区",
        (
            "十一月的阳光透过锯齿形天窗，落在一排排书架上。由原国营纺织三厂改造而成的书香街区，上周末正式开放，两天接待读者一万两千多人次。",
            "街区保留了厂房的红砖外墙和三十六根铸铁立柱，昔日的纺车成了阅览桌的桌腿。设计师顾南说，改造时没有拆一面墙，因为每一道划痕都是城市的记忆。",
            "七十二岁的退休女工何桂珍在这里找到了自己当年的工位。“机器声没了，翻书声有了，心里踏实。”她每天下午都来坐上两个小时。",
            "街区共引进书店、印社、旧书铺十九家，夜间开放到十点。读者可以在入口的借书机上借书，在全市任何一家图书馆归还。",
        ),
        label=("城市", "更新"),
        deck="——两天迎来一万两千名读者",
    ),
    Told(
        "区总工会慰问一线环卫工人",
        (
            "昨天上午，区总工会一行来到城东环卫所，看望慰问冬季坚守岗位的环卫工人，为他们送上防寒手套、保温杯和姜茶。",
            "区总工会负责人说，环卫工人起得早、睡得晚，是城市的美容师，各级工会要把冬送温暖落到实处，让劳动者累了能歇脚、渴了能喝水。",
            "截至目前，全区已建成户外劳动者驿站一百一十六座，全部配备微波炉、饮水机和充电插座，并实行二十四小时开放。",
        ),
        label=("工会", "在身边"),
    ),
    Told(
        "今年首批脐橙直发海外",
        (
            "满载四十吨脐橙的冷藏集装箱，昨晚从柳溪物流港出发，经铁海联运发往东南亚，这是今年全区首批出口的脐橙。",
            "柳溪镇有两百年种橙历史，今年脐橙种植面积达三万亩，总产量预计六万吨。受持续晴好天气影响，果子的甜度比往年高出一度多。",
            "为了赶上海外的节日市场，海关在果园里设了查验点，果农把橙子送到分拣线，当天就能办完手续。果农钟贵生说，一箱橙子从树上到码头，只用了十八个小时。",
            "柳溪镇还注册了地理标志商标，建起了覆盖全程的追溯体系。扫一扫箱上的二维码，就能看到这颗橙子长在哪一块坡地上。",
        ),
        label=("柳溪", "橙红时"),
        kicker="甜度高出一度多",
        deck="——从树上到码头只用十八小时",
        subheads=((2, "果园里的查验点"),),
    ),
    Told(
        "12项措施帮扶个体工商户 最高可贷50万元",
        (
            "日前，区市场监管局会同七个部门出台12项措施，从融资、用工、场地等方面帮扶个体工商户，其中信用贷款最高可达50万元。",
            "措施提出，对首次贷款的个体工商户给予利率优惠，并由区担保公司提供担保，担保费率不超过千分之五；对招用应届毕业生的，每人补贴1000元。",
            "经营早餐铺的吴建国成了首批受益人。他凭两年的纳税记录申请到30万元贷款，打算添置一套蒸箱，再雇两名帮手。",
        ),
        label=("惠企", "直通车"),
    ),
    Told(
        "湿地来了新客人",
        (
            "上周，巡护员在芦花荡湿地拍到了七只东方白鹳，这是当地十六年来第一次记录到这种珍稀候鸟。",
            "芦花荡曾是一片围网养殖的鱼塘，水质一度劣于五类。三年前，区里启动退渔还湿，清退鱼塘四千余亩，补种芦苇、菱角等水生植物，放流螺蛳和鲢鱼。",
            "“鸟是最挑剔的检验员。”观鸟协会会长梁冬说，今年湿地记录到的鸟类已有一百九十三种，比三年前增加了五十八种。",
            "为了不惊扰候鸟，湿地在迁徙季节只开放三处观鸟屋，每天限客两百人。志愿者还教孩子们用望远镜，把看到的鸟画进自然笔记。",
        ),
        label=("生态", "湿地"),
    ),
    Told(
        "社区食堂为何越办越红火",
        (
            "上午十点半，梧桐里社区食堂还没开餐，门口已经排起了队。红烧鱼块、清炒茼蒿、番茄蛋汤，一荤一素一汤十二元，六十岁以上老人再打八折。",
            "社区食堂难在收支平衡。梧桐里的办法是“中央厨房加小灶”：主食和净菜由中央厨房统一配送，热菜在食堂现炒，人工少了一半，味道却没有打折。",
            "食堂还为附近写字楼的年轻人供应晚餐，做起了企业团餐。负责人叶青说，老人是根，年轻人是叶，叶子多了，根才养得住。",
            "区民政局表示，今年全区新建社区食堂十八家，总数达到六十四家，其中五十一家实现盈亏平衡。明年将对运营满一年的食堂开展星级评定，优秀的给予奖励。",
        ),
        label=("幸福", "一餐饭"),
        subheads=((1, "难在收支平衡"), (2, "年轻人也来吃饭")),
    ),
    Told(
        "市民议事厅讨论停车难题",
        (
            "老小区车位不够怎么办？昨晚，南桥街道市民议事厅坐满了人，二十一名居民代表、物业经理和交警围坐在一起，讨论翠竹苑的停车难题。",
            "翠竹苑建于上世纪九十年代，有住户一千一百户，车位只有三百个。有人提出拆掉绿地，有人反对；有人提出错时停车，引来一片掌声。",
            "经过两个多小时讨论，议事厅形成三条意见：与相邻的商场共享夜间车位两百个；拆除废弃自行车棚，新增车位四十六个；地面停车统一编号，先到先停。",
            "南桥街道办事处主任彭飞说，办法从群众中来，执行起来才不费力。这三条意见将在小区公示七天，再由业主大会表决。",
        ),
        label=("有事", "好商量"),
    ),
    Told(
        "古桥修缮不换一块老石头",
        (
            "修缮两年的百年石拱桥昨日解除封闭，重新对行人开放。六千多块条石逐一编号、清洗、归位，没有换掉一块老石头。",
            "这座桥建于清光绪年间，三孔薄墩，是古运河支流上最后一座石拱桥。两年前的洪水冲刷了桥墩基础，桥面出现了三道裂缝。",
            "修缮由市文物保护所主持，七十岁的石匠孔有田带着四个徒弟参加了全程。他说，老石头有老石头的脾气，要用糯米灰浆慢慢喂，急不得。",
        ),
        label=("文脉", "运河"),
        kicker="六千块条石逐一归位",
    ),
)

TRADITIONAL: tuple[Told, ...] = (
    Told(
        "渡輪復航首日 逾兩千人搭乘",
        (
            "停航三個月的青澳渡輪今天復航，首日有兩千一百多人搭乘。船公司表示，新船「海風號」可載客一百二十人，航程縮短為二十五分鐘。",
            "鎮長陳國棟說：「這條航線對離島學生很重要，未來每天增為八班。」他也呼籲民眾提前在網路訂票，避免在碼頭久候。",
            "島上民宿業者表示，週末訂房已滿八成，希望復航帶動冬季觀光。",
        ),
        label=("離島新聞",),
    ),
    Told(
        "颱風過後 農民搶收白菜",
        (
            "颱風遠離，東岸農民昨天起搶收白菜。農會估計，今年收成比去年少兩成，批發價每公斤上漲六元。",
            "農友黃阿水說，雨停了就趕快下田，能收多少算多少。他的兩分地有一半泡在水裡，葉子發黃，只能忍痛翻掉重種。",
            "農業局表示，農民可在十日內向公所申報災損，審核通過後每公頃補助六萬元。",
        ),
        label=("農情",),
    ),
    Told(
        "老街木工坊傳承三代手藝",
        (
            "走進北門老街，遠遠就能聞到檜木香。七十六歲的木工師傅江文雄坐在門口刨木頭，木屑捲成一朵朵花。",
            "江家的木工坊開了八十年，做過嫁妝箱、米櫃，也修過廟裡的神轎。孫子江柏宇三年前辭去工程師工作，回來學手藝，還開了網路課程。",
            "「手藝要有人用才會活下去。」江柏宇說，去年有四百多人來體驗，做一張小板凳要三個小時。",
        ),
    ),
)

ENGLISH: tuple[Told, ...] = (
    Told(
        "Water board votes to repair old pump house",
        (
            "The water board voted 5-2 on Monday to repair the old pump house at Mill Creek rather than build a new one, ending a dispute that has divided the town since the flood of last spring.",
            "Board members said the repair would cost $1.2 million, about half the price of a new building. Work is to begin in March and will take eight months.",
            '"We are not rich, but we are patient," said chairwoman Ruth Okafor. "The pump house has stood for ninety years. It can stand for ninety more."',
            "Two members who voted against the plan said the creek would flood again and the money would be lost.",
        ),
        subheads=((2, "A patient town"),),
    ),
    Told(
        "Ferry fares to rise in January",
        (
            "The county ferry will charge 25 cents more per passenger from Jan. 1, the first rise in six years, officials said.",
            "Students and people over 65 will go on paying the old fare. A monthly pass will cost $38.",
            "The ferry carried 410,000 passengers last year, the most since the bridge at Harlow was closed.",
        ),
    ),
    Told(
        "Library to stay open late this winter",
        (
            "The town library will stay open until 9 p.m. on weekdays this winter, the council has decided.",
            "Attendance has grown by a third since the reading room was restored, librarian Owen Marsh said, and students ask for quiet tables after supper.",
            "Volunteers will run a homework club on Tuesdays and Thursdays.",
        ),
    ),
    Told(
        "Orchard owners count cost of hail",
        (
            "Apple growers in the Tarn valley lost up to half of their crop in the hail storm of last week, the growers' association estimates.",
            "Many orchards had no nets. A net costs about $9,000 an acre, and few banks will lend for it, said grower Paula Stein.",
            '"You can hear the money falling," she said of the eleven minutes of hail.',
            "The state will decide in December whether growers may apply for relief.",
        ),
        subheads=((1, "Few nets"), (3, "Relief unsure")),
    ),
    Told(
        "School band wins state title for third time",
        (
            "The Linden High School marching band won the state championship on Saturday for the third time in five years.",
            "Eighty-four musicians played a program of sea songs, with a lighthouse of painted canvas that turned on a bicycle wheel.",
            "Director Alan Brandt said the band had practiced in a cow barn since the gymnasium roof fell in.",
        ),
    ),
    Told(
        "Two rescued from ice near Bell Island",
        (
            "Two men who had gone out to fish were rescued on Sunday from an ice floe near Bell Island, the coast guard said.",
            "A woman walking her dog saw a lantern swinging far out and called for help. The men, both 61, were cold but not hurt.",
            "The coast guard warned that the ice will not be safe before the middle of January.",
        ),
    ),
)

PHOTOS: tuple[Shown, ...] = (
    Shown(
        "初雪落在青石巷，几位孩子在巷口堆起了雪人。昨天，本地迎来今年第一场雪，气温降至零下三度。",
        ("季节", "映像"),
    ),
    Shown(
        "近日，总投资三亿元的滨江图书馆主体结构封顶。图书馆建筑面积两万六千平方米，设有阅览座位一千二百个，预计明年秋天开放。",
        ("重点工程", "播报"),
    ),
    Shown(
        "昨天，志愿者在东湖公园清理落叶。连日来，五百多名志愿者走进公园和社区，用劳动迎接文明城市复查。"
    ),
    Shown("连日来，红杉林进入最佳观赏期，游客划着小船穿行林间。"),
)

TRADITIONAL_PHOTOS: tuple[Shown, ...] = (
    Shown("晨光中的青澳漁港，漁民忙著卸下漁獲。今年烏魚比往年早到半個月，價格維持平穩。"),
)

ENGLISH_PHOTOS: tuple[Shown, ...] = (
    Shown("Children wait for the first ferry of the morning at Harlow Landing on Sunday."),
    Shown("A heron stands on the pilings of the old cannery as the tide goes out."),
)

NOTICES: tuple[tuple[str, str, str], ...] = (
    (
        "停水公告",
        "因东环路管网改造，11月25日8时至18时，东环路沿线小区停水，请居民提前储水。",
        "松湾区自来水公司",
    ),
    (
        "招领启事",
        "我所在城东汽车站拾得黑色行李箱一只，内有衣物若干，请失主携带有效证件前来认领。",
        "城东派出所",
    ),
)
