"""The words of texts, names and tags: Arabic and English, and signs that break lines."""

ENGLISH = """
coffee before sunrise tastes better than any advice | the sea was quiet and the city was not |
three ideas for a better morning | who else learned to cook from their grandmother |
the bus was late again and I read forty pages | new photos from the old market |
small steps still count | does anyone know a good place for books | rain at last |
my cousin fixed the radio with a spoon | a long walk along the river and no phone |
today I finished what I began in March | the tea is ready and the guests are not |
we lost the match but not the song | football on the roof until the light was gone |
this city never sleeps and neither do I | thank you all for the kind words |
first lesson of the oud and my fingers hurt | the train leaves at seven, I leave at six |
I asked for salt and got a story | the exam is over, the summer is open
""".replace("\n", " ").split(" | ")
ARABIC = """
صباح الخير من قلب المدينة | القهوة أولا ثم الكلام | البحر هادئ والقلب مشغول |
من يعرف مكتبة جيدة في وسط البلد | صور جديدة من السوق القديم | المطر أخيرا بعد طول انتظار |
تعلمت الطبخ من جدتي وما زلت أتعلم | خسرنا المباراة وربحنا الأغنية | شكرا لكل من سأل عني |
رحلة طويلة على ضفاف النيل بلا هاتف | أول درس عود وأصابعي تؤلمني | كل عام وأنتم بخير |
القطار يغادر في السابعة وأنا في السادسة | كتاب جديد على الطاولة | الامتحان انتهى والصيف بدأ |
خطوة صغيرة كل يوم تكفي | هذه المدينة لا تنام وأنا كذلك | طلبت الملح فجاءتني حكاية
""".replace("\n", " ").split(" | ")
TINY = ("👍", "ok", "نعم", "🙂", "!", "؟", "😂😂😂", "جميل", "same", "👨‍👩‍👧‍👦")
MARKS = ("", "", "", "", "", "\u200f", "\u200e", "\u2067نص\u2069 ", "\u2066text\u2069 ", "\u202b")
EMOJI = ("", "", "", "", " 🌙", " ☕", " 🌊", " 🎉", " 🇪🇬", " 👩🏽‍💻", " ❤️", " 🏳️‍🌈")

TAG_FIRST = [
    "Cairo",
    "Nile",
    "Coffee",
    "Book",
    "Music",
    "Night",
    "Street",
    "Sea",
    "Summer",
    "Football",
    "Tech",
    "Open",
    "Old",
    "New",
    "Green",
    "Home",
    "Slow",
    "Desert",
    "Radio",
    "Market",
    "قمر",
    "بحر",
    "شعر",
    "كتب",
    "سفر",
    "صور",
    "حب",
    "وطن",
    "نيل",
    "ليل",
    "صباح",
    "قلب",
    "فجر",
    "ورد",
    "زيتون",
    "خبز",
]
TAG_SECOND = [
    "Club",
    "Life",
    "Talk",
    "Walk",
    "Love",
    "Days",
    "Notes",
    "Market",
    "Stories",
    "Lovers",
    "Photos",
    "Songs",
    "Times",
    "Friends",
    "World",
    "Light",
]
TAG_SECOND_ARABIC = [
    "جديد",
    "قديم",
    "جميل",
    "بعيد",
    "قريب",
    "هادئ",
    "دافئ",
    "طويل",
    "صغير",
    "كبير",
    "سعيد",
    "حزين",
    "سريع",
    "بسيط",
    "عميق",
    "واسع",
]

FIRST_NAMES = [
    "omar",
    "layla",
    "ahmed",
    "mona",
    "youssef",
    "salma",
    "karim",
    "nour",
    "hassan",
    "dina",
    "tarek",
    "hana",
    "ali",
    "mariam",
    "ziad",
    "farah",
    "adam",
    "rana",
    "samir",
    "aya",
    "mahmoud",
    "jana",
    "khaled",
    "noha",
    "emma",
    "lucas",
    "sara",
    "james",
    "lina",
    "david",
    "zeinab",
    "victor",
    "amal",
    "peter",
]
SHOWN_NAMES = """
عمر|ليلى|أحمد|منى|Youssef|Salma|كريم|نور|Hassan|Dina|طارق|هنا|Ali|مريم|Ziad|Farah|آدم|رنا|سمير|آية
|محمود|Jana|خالد|نهى|Emma|Lucas|سارة|James|لينا|David|زينب|Víctor|أمل|Peter
""".replace("\n", "").split("|")
FAMILY_NAMES = """
حسن|Mostafa|السيد|Nasser|عبد الله|Haddad|منصور|Khalil|سليم|Fahmy|عثمان|Müller|Saleh|درويش
|O'Neil|Zaki
""".replace("\n", "").split("|")
CIRCLE_NAMES = (
    "Close friends",
    "العائلة",
    "Work",
    "جيران",
    "School",
    "Football",
    "أصحاب",
    "Travel",
)
LIST_NAMES = ("News", "أخبار", "Music", "شعر", "Tech", "طبخ", "Sport", "فن")
FILTERED = ("spoiler", "سياسة", "crypto", "مباراة", "Lottery", "إعلان", "#ad", "giveaway")
