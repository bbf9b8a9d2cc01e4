"""What songs are called in the languages of the sandbox that are not English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split(";"))


PHRASES: Mapping[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = MappingProxyType(
    {
        "de": (
            _words(
                """
                Kaltes Licht; Zwei Stühle; Ein Pfandbon; Dein Regenschirm;
                Kleine Nachtmusik für Pendler; Drei Euro achtzig; Das letzte Freibad;
                Mein Nachbar Günther; Sonntagskleid; Kein Netz; Flaschenpost; Apfelkuchen
                """
            ),
            " ",
            _words(
                """
                nach Mitternacht; im Nieselregen; ohne uns; am Gleis neun; aus Bielefeld; mit Ansage;
                für immer und Mittwoch
                """
            ),
        ),
        "fr": (
            _words(
                """
                Un balcon; Les chaises bleues; Ta voix; Trois citrons; La dernière cabine;
                Un taxi jaune; Nos parapluies; Le petit escalier; Les dimanches; Une boulangerie
                """
            ),
            " ",
            _words(
                """
                sous la pluie; sans toi; à contre-jour; de minuit; en noir et blanc; pour rien;
                d'avant l'été
                """
            ),
        ),
        "es": (
            _words(
                """
                Naranjas; Un domingo; La azotea; Tus zapatos; El último tranvía; Café con hielo; Los balcones;
                Mi abuela; Una siesta; Las llaves
                """
            ),
            " ",
            _words(
                """
                sin prisa; al sol; de madrugada; bajo la lluvia; en el bolsillo; para dos; y nada más
                """
            ),
        ),
        "pt": (
            _words(
                """
                Maré; Janela; Um samba; Domingo; Laranjas; A rede; Cafezinho; Teu chapéu; Bicicleta;
                Uma varanda
                """
            ),
            " ",
            _words(
                """
                de manhã; sem pressa; na chuva; pra depois; com açúcar; em Setúbal; ao contrário
                """
            ),
        ),
        "it": (
            _words(
                """
                Due gelati; Una vespa; Le scarpe; Il tram; Un ombrello; La finestra; Tre limoni;
                Le lucciole; Il juke-box
                """
            ),
            " ",
            _words(
                """
                a mezzanotte; senza fretta; sotto casa; di domenica; per Teresa; in riva al lago
                """
            ),
        ),
        "pl": (
            _words(
                """
                Ostatni tramwaj; Trzy pierogi; Gęsta mgła; Twój sweter; Kasztany; Cichy blok; Herbata;
                Zielony parasol; Neon
                """
            ),
            " ",
            _words("o świcie; bez cukru; nad Wartą; po północy; na balkonie; dla sąsiadki"),
        ),
        "sv": (
            _words(
                """
                Sista färjan; Kanelbullar; Ljus; En röd tröja; Tvättstugan; Två cyklar; Snö;
                Sommarstugan
                """
            ),
            " ",
            _words("i november; utan dig; vid bryggan; klockan tre; på övervåningen; igen"),
        ),
        "tr": (
            _words(
                """
                Gece vapuru; Çay; Son dolmuş; Mavi sandalye; Limonata; Balkon; Yağmur; Eski plak
                """
            ),
            " ",
            _words("gibi; ve sen; saat üçte; (Yeniden); 1998; olmadan"),
        ),
        "ja": (
            _words("夜明けの; 窓際の; 真夏の; 雨上がりの; 土曜日の; 海辺の; 屋上の; 改札口の"),
            "",
            _words("灯台; 手紙; 自転車; レモネード; 猫; 約束; ラジオ; 影"),
        ),
        "ko": (
            _words("새벽의; 여름의; 옥상의; 일요일의; 비 오는 날의; 바닷가의"),
            " ",
            _words("편지; 자전거; 우산; 고양이; 라디오; 레모네이드"),
        ),
        "uk": (
            _words("Одинадцять ліхтарів; Тихий трамвай; Лист; Яблука; Старий годинник; Світло"),
            " ",
            _words("під дощем; без адреси; на світанку; для сусідки; у листопаді"),
        ),
    }
)
"""Per language: heads, what joins them, and tails that each fit behind every head."""
