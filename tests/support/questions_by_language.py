"""Short questions as readers of a back-pain blog ask them, in many languages, and hard English ones."""

from __future__ import annotations

FOREIGN: dict[str, tuple[str, ...]] = {
    "es": (
        "¿Qué es la ciática?", "como estirar los isquiotibiales", "¿Cuánto tiempo mantengo el estiramiento?",
        "me duele la espalda", "¿Por qué me duele la espalda baja?", "que ejercicios recomiendas",
        "¿Es seguro hacerlo todos los días?", "cuantas veces al dia", "¿Quién escribió esto?",
        "ejercicios para la ciática", "donde duele la cintilla iliotibial", "¿El masaje ayuda con la ciática?",
        "dolor de espalda por estar sentado", "mejores estiramientos para corredores",
    ),
    "fr": (
        "Qu'est-ce que la sciatique ?", "comment étirer les ischio-jambiers", "Combien de temps dois-je tenir l'étirement ?",
        "j'ai mal au dos", "Pourquoi ai-je mal au bas du dos ?", "quels exercices recommandez-vous",
        "est-ce que c'est dangereux", "combien de fois par jour", "Qui a écrit cet article ?",
        "exercices pour la sciatique", "le massage aide-t-il ?", "étirement assis pour le dos", "que faire contre la douleur",
        "où se trouve le muscle piriforme",
    ),
    "de": (
        "Was ist Ischias?", "wie dehne ich die hinteren Oberschenkel", "Wie lange soll ich die Dehnung halten?",
        "mein Rücken tut weh", "Warum tut mein unterer Rücken weh?", "welche Übungen empfiehlst du", "Ist das gefährlich?",
        "wie oft am Tag", "Wer hat das geschrieben?", "Übungen gegen Rückenschmerzen", "hilft Massage bei Ischias",
        "was hilft gegen Rückenschmerzen", "Dehnübungen für Läufer", "kann ich das jeden Tag machen",
    ),
    "it": (
        "Che cos'è la sciatica?", "come allungare i muscoli posteriori della coscia", "Quanto tempo devo tenere la posizione?",
        "mi fa male la schiena", "Perché mi fa male la schiena?", "quali esercizi consigli", "è pericoloso farlo ogni giorno?",
        "quante volte al giorno", "Chi ha scritto questo articolo?", "esercizi per la sciatica", "il massaggio aiuta?",
        "mal di schiena cosa fare", "dove fa male", "stretching per i corridori quali sono i migliori",
    ),
    "pt": (
        "O que é ciática?", "como alongar os isquiotibiais", "Quanto tempo devo segurar o alongamento?", "minhas costas doem",
        "Por que minhas costas doem?", "quais exercícios você recomenda", "é seguro fazer todos os dias?",
        "quantas vezes por dia", "Quem escreveu isto?", "exercícios para dor nas costas", "a massagem ajuda?",
        "dor lombar o que fazer", "onde dói", "posso fazer isso todos os dias",
    ),
    "nl": (
        "Wat is ischias?", "hoe rek ik mijn hamstrings", "Hoe lang moet ik de rek vasthouden?", "ik heb pijn in mijn rug",
        "Waarom doet mijn onderrug pijn?", "welke oefeningen raad je aan", "is het veilig om elke dag te doen",
        "hoe vaak per dag", "Wie heeft dit geschreven?", "oefeningen tegen rugpijn", "helpt massage bij ischias",
        "wat helpt tegen rugpijn", "waar zit de piriformis", "kan ik dit elke dag doen",
    ),
    "pl": (
        "Co to jest rwa kulszowa?", "jak rozciągać mięśnie ud", "Jak długo trzymać rozciąganie?", "bolą mnie plecy",
        "Dlaczego bolą mnie plecy?", "jakie ćwiczenia polecasz", "czy to jest bezpieczne", "ile razy dziennie",
        "Kto to napisał?", "ćwiczenia na ból pleców", "czy masaż pomaga", "co pomaga na rwę kulszową", "gdzie boli",
    ),
    "ru": (
        "Что такое ишиас?", "как растянуть подколенные сухожилия", "Сколько держать растяжку?", "болит спина",
        "Почему болит поясница?", "какие упражнения посоветуете", "это безопасно?", "сколько раз в день", "Кто это написал?",
        "упражнения от боли в спине", "помогает ли массаж", "что делать", "упражнения pilates для спины",
    ),
    "tr": (
        "Siyatik nedir?", "hamstring nasıl esnetilir", "Esnetmeyi ne kadar tutmalıyım?", "sırtım ağrıyor",
        "Belim neden ağrıyor?", "hangi egzersizleri önerirsiniz", "her gün yapmak güvenli mi", "günde kaç kez",
        "Bunu kim yazdı?", "bel ağrısı için egzersizler", "masaj yardımcı olur mu", "ne yapmalıyım", "nerede ağrır",
    ),
    "zh": (
        "什么是坐骨神经痛？", "怎么拉伸腿筋", "拉伸要保持多久？", "我背痛", "为什么腰痛？", "你推荐什么运动", "安全吗？",
        "一天几次", "谁写的？", "坐骨神经痛的锻炼", "按摩有帮助吗", "什麼是坐骨神經痛", "yoga 可以缓解背痛吗",
    ),
    "ja": (
        "坐骨神経痛とは何ですか？", "ハムストリングの伸ばし方", "どのくらい伸ばせばいいですか？", "腰が痛い", "なぜ腰が痛いのですか？",
        "おすすめの運動は何ですか", "毎日やっても大丈夫ですか", "一日何回", "誰が書きましたか？", "マッサージは効きますか", "ストレッチの時間は",
    ),
    "ar": (
        "ما هو عرق النسا؟", "كيف أمدد أوتار الركبة", "كم من الوقت أثبت التمدد؟", "ظهري يؤلمني", "لماذا يؤلمني أسفل ظهري؟",
        "ما هي التمارين التي تنصح بها", "هل هو آمن؟", "كم مرة في اليوم", "من كتب هذا؟", "تمارين لآلام الظهر", "هل يساعد التدليك",
    ),
    "hi": (
        "साइटिका क्या है?", "हैमस्ट्रिंग को कैसे स्ट्रेच करें", "मुझे कितनी देर तक रुकना चाहिए?", "मेरी पीठ में दर्द है", "मेरी कमर में दर्द क्यों होता है?",
        "आप कौन से व्यायाम सुझाते हैं", "क्या यह सुरक्षित है?", "दिन में कितनी बार", "यह किसने लिखा?", "पीठ दर्द के लिए व्यायाम", "क्या मालिश मदद करती है",
    ),
    "sv": ("Vad är ischias?", "hur länge ska jag hålla stretchen", "varför har jag ont i ryggen", "vilka övningar rekommenderar du"),
    "cs": ("Co je ischias?", "jak dlouho mám držet protažení", "proč mě bolí záda", "jaké cviky doporučujete"),
    "uk": ("Що таке ішіас?", "чому болить спина", "які вправи ви порадите"),
    "ko": ("좌골신경통이란 무엇인가요?", "얼마나 오래 유지해야 하나요", "허리가 아파요"),
    "el": ("Τι είναι η ισχιαλγία;", "γιατί πονάει η μέση μου"),
    "he": ("מה זה סכיאטיקה?", "כמה זמן להחזיק את המתיחה"),
    "ro": ("Ce este sciatica?", "de ce mă doare spatele", "cât timp trebuie să țin întinderea"),
    "id": ("Apa itu linu panggul?", "berapa lama saya harus menahan peregangan", "kenapa punggung saya sakit"),
    "vi": ("Đau thần kinh tọa là gì?", "tại sao tôi bị đau lưng"),
}  # fmt: skip

# English that a detector trips over: two words, typing mistakes, slang, names, borrowed words.
ENGLISH: tuple[str, ...] = (
    "sciatica piriformis?", "Pilates mat", "tai chi", "savasana", "savasana how long", "tai chi benefits", "adho mukha svanasana",
    "hamstring strech", "wat is siatica", "siatica pane releif", "hammies tite", "hw long 2 hold", "how lng do i hold it",
    "pls help my bak", "legz sore", "lumbar", "lumbago", "IT band", "ITB pain", "psoas", "piriformis", "glute max", "quad stretch",
    "Dr. Müller's exercises", "Monica Pineider", "who is Monica Pineider", "Alexander technique", "Feldenkrais method", "Kegel",
    "qi gong for back", "yoga nidra", "vinyasa flow", "asana for sciatica", "chaturanga", "pranayama", "Rolfing", "reiki", "shiatsu",
    "tui na", "gua sha", "feng shui office", "fibromyalgia", "spondylolisthesis", "scoliosis", "sacroiliac joint", "SI joint",
    "L5 S1", "L4/L5 disc", "MRI", "CT scan", "TENS unit", "NSAIDs", "ibuprofen", "paracetamol 500 mg", "arnica gel", "CBD oil",
    "magnesium", "turmeric latte", "vitamin D", "foam roller", "foam roling", "theracane", "thera gun", "lacrosse ball", "pigeon pose",
    "pidgeon pose", "child's pose", "cobra", "cat cow", "bird dog", "dead bug", "plank", "deadlift", "RDL", "squats", "kettlebell swing",
    "marathon", "half marathon training", "Tour de France cycling back", "latte", "café chair", "résumé desk posture", "naïve question",
    "en route stretches", "a la carte plan", "vis a vis sitting", "pro bono physio", "per se bad?", "ad hoc", "status quo", "déjà vu pain",
    "lol ok", "omg my back", "idk", "tbh it hurts", "ouch", "ow", "meh", "help", "more", "no", "yes", "why", "y", "how", "how long", "how often",
    "how many", "seconds?", "sets reps", "3x10?", "20-30 sec", "daily?", "twice", "again", "and then", "the other one", "left leg",
    "right", "both", "next", "last step", "step 2", "the strap one", "no strap", "on chair", "in bed", "at work", "post op", "pregnant",
    "my mum", "senior", "kids", "am or pm", "best time", "before bed", "after run", "hot or cold", "ice", "heat", "pain", "pain pain pain",
    "numb toes", "tingling", "burning", "cramp", "charley horse", "pulled hammy", "torn hamstring", "hamstring tear grade 2", "rehab",
    "physio", "chiro", "osteopath", "massage gun", "deep tissue", "trigger point", "myofascial release", "dry needling", "acupuncture",
    "author", "date", "contact", "newsletter", "posts", "latest", "sciatica posts", "about", "menu", "search", "list", "titles",
    "gr8 blog", "thx", "cheers mate", "ta", "bloke at gym said stretch", "me back's killin me", "wanna stretch", "gonna hurt?",
    "dunno wat to do", "cant bend", "cant sit", "cnt sleep", "hurts 2 sit", "sore bum", "arse hurts", "achy breaky back", "knackered legs",
    "wot is a hamstring", "waht are hamstrings", "hwo long", "tigth hamstrings", "strecthes for runers", "bakc pian", "benifits",
    "exersizes", "postrure", "tendinopthy", "high hamstring tendinopathy", "iliotibial band sindrome", "standing strech tecnique",
    "hold for how many secs", "toes touch", "touch toes", "sit reach test", "V shape", "down dog", "dwn dog", "inverted v",
    "Ist band", "Der hamstring", "hamstring per favore", "siesta stretch", "fiesta", "macho stretch", "zen", "karate kick", "judo", "sumo squat",
    "tatami mat", "futon back pain", "tsunami", "kimono", "sushi", "origami", "pho", "croissant", "sauna", "hygge", "spa", "jacuzzi",
    "kindergarten teacher back pain", "doppelganger", "angst", "wanderlust hikes", "rucksack pain", "poltergeist", "schadenfreude",
    "piano posture", "violin shoulder", "cello", "pasta", "espresso", "gym bro", "crossfit wod", "HIIT", "spin class", "peloton", "zumba",
    "barre", "ballet plie", "grand jete", "arabesque", "en pointe", "demi plié", "relevé", "burpees", "calisthenics", "gymnastics",
)  # fmt: skip
