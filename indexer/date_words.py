"""The words of dates in the languages of newspapers. Knows no dates.

Months and weekdays are those of the Unicode CLDR; words that name two of a kind are left out. All are folded:
the letters of Hangul are taken apart, too.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from nutgraf.models.words import word_set


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Return a word in small letters, without accents and without the stop of an abbreviation."""
    if word.isascii():
        return word.lower().rstrip(".")
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char)).rstrip(".")


def _numbers(words: Mapping[int, str]) -> dict[str, int]:
    return {word: number for number, line in words.items() for word in line.split()}


MONTHS = _numbers(
    {
        1: (
            "ene enero gen gener gennaio ian ianuarie jaan jaanuar jan janeiro janner januar januara januari "
            "january janv janvaris janvier led leden ledna oca ocak saus sausio sausis sij sijecanj "
            "sijecnja sty styczen stycznia tammi tammikuu tammikuuta ιαν ιανουαριοσ ιανουαριου січ "
            "січень січня янв январь января яну януари"
            " يناير جانفي ינואר בינואר"
        ),
        2: (
            "feb febbraio feber febr febrer febrero februar februara februari februarie februaris february "
            "fev fevereiro fevr fevrier helmi helmikuu helmikuuta lut lutego luty sub subat uno unor "
            "unora vas vasario vasaris veebr veebruar velj veljaca veljace φεβ φεβρουαριοσ "
            "φεβρουαριου лют лютии лютого фев февр февраль февраля февруари"
            " فبراير فيفري شباط פברואר בפברואר"
        ),
        3: (
            "bre brezen brezna kov kovas kovo maalis maaliskuu maaliskuuta maart mar marc marca march "
            "marcius marco marec maret mars mart martie marts marz marzec marzo mrt ozu ozujak ozujka "
            "μαρ μαρτιοσ μαρτιου бер березень березня мар март марта"
            " مارس اذار מרץ במרץ מרס במרס mac"
        ),
        4: (
            "abr abril apr april aprila aprile aprilie aprilis aprill avr avril bal balandis "
            "balandzio dub duben dubna huhti huhtikuu huhtikuuta kwi kwiecien kwietnia nis nisan tra "
            "travanj travnja απρ απριλιοσ απριλιου апр апрель апреля април квіт квітень квітня"
            " ابريل افريل نيسان אפריל באפריל"
        ),
        5: (
            "geg geguze geguzes kve kveten kvetna mag maggio mai maig maijs maio maj maja majus may "
            "mayo mayıs mei svi svibanj svibnja touko toukokuu toukokuuta μαι μαιοσ μαιου маи мая "
            "трав травень травня"
            " مايو ايار מאי במאי"
        ),
        6: (
            "birz birzelio birzelis cerven cervna cvn cze czerwca czerwiec giu giugno haz haziran iun "
            "iunie juin jun juna june junho juni junij junijs junio junius juny juuni kesa kesakuu "
            "kesakuuta lipanj lipnja ιουν ιουνιοσ ιουνιου июн июнь июня черв червень червня юни"
            " يونيو جوان حزيران יוני ביוני"
        ),
        7: (
            "cervence cervenec cvc heina heinakuu heinakuuta iul iulie juil juillet jul jula julho "
            "juli julij julijs julio juliol julius july juuli liep liepa liepos lipca lipiec lug "
            "luglio srpanj srpnja tem temmuz ιουλ ιουλιοσ ιουλιου июл июль июля лип липень липня юли"
            " يوليو جويلية تموز יולי ביולי julai"
        ),
        8: (
            "ag ago agost agosto agu agustos agustus aout aug august augusta augusti augusts augustus "
            "augusztus avg avgust elo elokuu elokuuta kol kolovoz kolovoza rugp rugpjucio rugpjutis "
            "sie sierpien sierpnia srpen srpna αυγ αυγουστοσ αυγουστου авг август августа серп "
            "серпень серпня"
            " اغسطس اوت اب אוגוסט באוגוסט ogos"
        ),
        9: (
            "eyl eylul rugs rugsejis rugsejo ruj rujan rujna sep sept september septembra septembre "
            "septembrie septembris septiembre set setembre setembro settembre syys syyskuu syyskuuta "
            "szept szeptember wrz wrzesien wrzesnia zar zari σεπ σεπτεμβριοσ σεπτεμβριου вер вересень "
            "вересня сент сентябрь сентября сеп септември"
            " سبتمبر ايلول ספטמבר בספטמבר"
        ),
        10: (
            "eki ekim loka lokakuu lokakuuta oct october octobre octombrie octubre okt oktober "
            "oktobra oktobris oktoober ott ottobre out outubro paz pazdziernik pazdziernika rij rijen "
            "rijna spal spalio spalis οκτ οκτωβριοσ οκτωβριου жовт жовтень жовтня окт октомври "
            "октябрь октября"
            " اكتوبر אוקטובר באוקטובר"
        ),
        11: (
            "kas kasım lapkr lapkricio lapkritis listopadu marras marraskuu marraskuuta noiembrie nov "
            "november novembra novembre novembris novembro noviembre stu studeni studenoga νοε "
            "νοεμβριοσ νοεμβριου лист листопад листопада ное ноември нояб ноябрь ноября"
            " نوفمبر נובמבר בנובמבר"
        ),
        12: (
            "ara aralık dec december decembra decembre decembrie decembris des desember desembre dets "
            "detsember dez dezember dezembro dic dicembre diciembre gru grudnia grudzien gruod "
            "gruodis gruodzio joulu joulukuu joulukuuta pro prosinac prosinca prosince prosinec δεκ "
            "δεκεμβριοσ δεκεμβριου груд грудень грудня дек декабрь декабря декември"
            " ديسمبر דצמבר בדצמבר dis disember"
        ),
    }
)
"""Word -> month, from 1."""

WEEKDAYS = _numbers(
    {
        0: (
            "dilluns dl esmaspaev hetfo lun lundi lunedi lunes luni ma maanantai maanantaina maandag "
            "man mandag mo mon monday montag pazartesi pirmadienis pirmd pirmdiena po pon pondeli "
            "pondelok ponedeljek ponedjeljak poniedziałek pr pzt seg segunda sen senin δευ δευτερα пн "
            "понеделник понедельник понеділок"
            " الاثنين 月 月曜日 星期一"
        ),
        1: (
            "an antradienis di dienstag dimarts dinsdag dt kedd mar mardi martedi martes marti otrd "
            "otrdiena sal salı sel selasa teisipaev ter terca ti tiistai tiistaina tir tirs tirsdag "
            "tis tisdag torek tue tues tuesday ut utery uto utorak utorok wt wtorek τρι τριτη вт "
            "вторник вівторок"
            " الثلاثاء 火 火曜日 星期二"
        ),
        2: (
            "car carsamba dc dimecres ke keskiviikko keskiviikkona kolmapaev mer mercoledi mercredi "
            "mi mie miercoles miercuri mittwoch ons onsdag qua quarta rab rabu sr sre sreda sri "
            "srijeda sroda streda sze szerda tr treciadienis tresd tresdiena wed wednesday weds wo "
            "woensdag τετ τεταρτη середа ср среда сряда"
            " الاربعاء 水 水曜日 星期三"
        ),
        3: (
            "cet cetrtek ceturtd ceturtdiena cetvrtak cs csutortok ct ctvrtek czw czwartek dijous dj "
            "do donderdag donnerstag gio giovedi jeu jeudi joi jue jueves kam kamis ketvirtadienis kt "
            "neljapaev per persembe qui quinta stvrtok thu thur thurs thursday to tors torsdag "
            "torstai torstaina πεμ πεμπτη четвер четверг четвъртък чт"
            " الخميس 木 木曜日 星期四"
        ),
        4: (
            "cum cuma divendres dv fr fre fredag freitag fri friday jum jumat pa patek pe "
            "penktadienis pentek perjantai perjantaina pet petak petek pi piatek piatok piektd "
            "piektdiena pn pt reede sex sexta ven vendredi venerdi vie viernes vin vineri vr vrijdag "
            "παρ παρασκευη пʼятниця петък пт пятница"
            " الجمعة 金 金曜日 星期五"
        ),
        5: (
            "cmt cumartesi dissabte ds la lauantai lauantaina laupaev lor lordag lør lørdag sa sab "
            "sabado sabato sabtu sam sambata samedi samstag sat saturday sestadienis sestd sestdiena "
            "sob sobota sub subota szo szombat za zaterdag σαβ σαββατο сб суббота субота събота"
            " السبت 土 土曜日 星期六"
        ),
        6: (
            "dg dim dimanche diumenge dom domenica domingo dum duminica min minggu ne ned nedela "
            "nedele nedelja nedjelja niedz niedziela paz pazar puhapaev sekmadienis sk son sondag "
            "sonntag su sun sunday sunnuntai svetd svetdiena søn søndag vasarnap zo zondag κυρ "
            "κυριακη воскресенье вс нд неделя неділя"
            " الاحد 日 日曜日 星期日"
        ),
    }
)
"""Word -> weekday, from 0 for Monday."""

PUBLISHED = word_set(
    "published publication posted issued released created filed aired"
    " veroffentlicht erschienen erstellt publie publiee publication parution paru ligne"
    " publicado publicada publicacion pubblicato pubblicata pubblicazione publicatie gepubliceerd"
    " geplaatst publicerad publicerat publiceret publisert udgivet julkaistu opublikowano dodano publikacja"
    " publikovano vydano publikovane objavljeno publicat kozzeteve megjelent yayinlanma"
    " submitted פורסם δημοσιευτηκε"
    " опубликовано опубликована опубліковано публикувано δημοσιευση δημοσιευθηκε diterbitkan"
    " utworzenia utworzono publikacji giris eklenme olusturulma نشر النشر نشرت"
    " 公開 公開日 公開日時 投稿日 掲載日 配信日 发布 发布时间 发布日期 發布 發布時間 입력 등록 승인"
)
"""Words that say of a date that the article was published on it."""

MODIFIED = word_set(
    "updated update modified edited revised corrected amended changed"
    " aktualisiert aktualisierung geandert bearbeitet stand jour modifie modifiee actualise actualisee"
    " actualizado actualizada actualizacion modificado aggiornato aggiornata aggiornamento"
    " atualizado atualizada atualizacao bijgewerkt gewijzigd update uppdaterad opdateret oppdatert sist"
    " paivitetty zaktualizowano aktualizacja aktualizovano azurirano actualitzat frissitve guncelleme"
    " guncellendi обновлено обновлена оновлено изменено ενημερωση ενημερωθηκε aangepast עודכן diperbarui"
    " aktualizacji modyfikacji zmieniono تحديث التحديث"
    " 更新 更新日 更新日時 最終更新 最終更新日 更新时间 更新時間 수정 최종수정"
)
"""Words that say of a date that the article was changed on it."""

FILLERS = word_set(
    "on at the of in this was article story first last originally time local h hrs hours hour oclock noon"
    " midnight edition est approximately and date dated datum fecha data tarih дата"
    " und um am den der des vom von zuletzt letzte letztes letzter uhr"
    " et le la les a mis mise en du de derniere heure heures premiere"
    " el los las del ultima hora horas il lo alle ore ultimo do da as em ultima op om laatst laatste uur"
    " kl klo klokken den o godz godzina dnia v ve r roku г года год в р року saat pada pukul wib"
    " تاريخ في اخر issue"
)
"""Words that may stand around a date and say nothing of it."""

ENGLISH = word_set(
    "published submitted issue publication posted issued released created date dated filed aired"
    " updated update modified edited revised corrected amended changed"
    " on at the of in this was article story first last originally time local h hrs hours hour oclock noon"
    " midnight edition est approximately and a la le de en data o"
)
"""Those of the words above that English has, too: any other shows that the day comes before the month."""

ZONES: dict[str, int | None] = {
    **dict.fromkeys(word_set("utc gmt z ut wet"), 0),
    **dict.fromkeys(word_set("bst cet west wat mez"), 60),
    **dict.fromkeys(word_set("cest eet sast cat mesz"), 120),
    **dict.fromkeys(word_set("eest msk мск eat trt"), 180),
    **dict.fromkeys(word_set("sgt hkt awst myt pht"), 480),
    **dict.fromkeys(word_set("jst kst"), 540),
    **dict.fromkeys(word_set("est cdt"), -300),
    **dict.fromkeys(word_set("cst mdt"), -360),
    **dict.fromkeys(word_set("mst pdt"), -420),
    "gst": 240, "pkt": 300, "wib": 420, "ict": 420, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
    "nst": -210, "ndt": -150, "edt": -240, "ast": -240, "adt": -180, "pst": -480, "akdt": -480,
    "akst": -540, "hst": -600, "brt": -180, "art": -180, "clt": -240,
    **dict.fromkeys(word_set("et ct mt pt at ist eastern central pacific mountain edst")),
}  # fmt: skip
"""Zones as minutes from UTC, US names as RFC 822 has them; None where the same letters are several hours."""
