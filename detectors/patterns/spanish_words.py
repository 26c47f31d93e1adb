"""Spanish words that patterns are made of: nicknames, trades of firms, numbers, letters, countries."""

NICKNAMES = (
    r"Chuy|To[\xf1n]o|Paco|Pepe|Lalo|Memo|Beto|Nacho|Lupe|Lupita|Concha|Chayo|Chela|Chelo|Lencho|Tencha|Meche|Licha|"
    r"Tere|Paty|G[\xfcu]era|G[\xfcu]ero|Checo|Quique|Kike|Neto|Poncho|Moncho|Pancho|Goyo|Tito|Cuco|Cuca|Chabela|Chava|"
    r"Chepe|Tacho|Tavo|Nando|Rafa|Gaby|Vero|Bety|Lety|Magui|Pili|Yoli|Juancho|Manolo|Queta|Rulo|Santi|Susi|Wicho|"
    r"Flaco|Flaca|Gordo|Gorda|Chino|Negra|Prieto|Chaparro|Chaparra|Nena|Sofi|Ale|Caro|Pau|Dani|Mari|Conchita|Juanita|"
    r"Carmelita|Rosita|Anita|Panchita|Toñito|Juanito|Miguelito|Luisito|Carlitos|Pedrito"
).replace("ñ", r"\xf1")
TRADES = (
    r"[Tt]apicer[i\xed]a|[Pp]anader[i\xed]a|[Cc]arnicer[i\xed]a|[Tt]aquer[i\xed]a|[Ll]avander[i\xed]a|"
    r"[Tt]ortiller[i\xed]a|[Pp]asteler[i\xed]a|[Ff]erreter[i\xed]a|[Ee]mpacadora|[Mm]aquiladora|[Cc]onstructora|"
    r"[Ll]lantera|[Rr]efaccionaria|[Vv]ulcanizadora|[Aa]utopartes|[Mm]uebler[i\xed]a|[Ii]mprenta|[Ff]lorer[i\xed]a|"
    r"[Pp]aleter[i\xed]a|[Rr]osticer[i\xed]a|[Dd]ulcer[i\xed]a|[Cc]erveceria|[Aa]serradero|[Aa]barrotes|yarda"
)
NUMBERS = (
    r"cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci[a-z\xe9]+|veinte|"
    r"veinti[a-z\xe9\xfa\xf3]+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|doscientos|"
    r"trescientos|cuatrocientos|quinientos|seiscientos|setecientos|ochocientos|novecientos"
)
LETTERS = (
    r"i griega|a|be|ce|de|e|efe|ge|hache|i|jota|ka|ele|eme|ene|e\xf1e|o|pe|cu|ere|erre|ese|te|u|uve|ve|doble u|equis|"
    r"ye|zeta"
)
COUNTRIES = frozenset(
    name.strip().encode("latin-1")
    for name in """
    méxico,mexico,guatemala,honduras,el salvador,nicaragua,costa rica,panamá,panama,cuba,república dominicana,colombia,
    venezuela,ecuador,perú,peru,bolivia,chile,argentina,uruguay,paraguay,españa,estados unidos,texas,california,florida,
    arizona,nevada,colorado,illinois,georgia,nueva york,nuevo méxico,carolina,washington,oregon,jalisco,michoacán,
    guanajuato,oaxaca,puebla,chiapas,guerrero,veracruz,sinaloa,sonora,chihuahua,coahuila,nuevo león,tamaulipas,
    zacatecas,durango,nayarit,colima,hidalgo,tabasco,yucatán,quintana roo,campeche,morelos,tlaxcala,querétaro,
    san luis potosí,baja california,puerto rico,brasil,haití,belice,canadá,europa,centroamérica,estados
    """.replace("\n", "").split(",")
)
#: What stands with a capital behind such words and names nobody.
NO_NAMES = frozenset(
    word.encode("latin-1")
    for word in """
    dios señor señora virgen gracias mayor menor hola buenos buenas enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo covid vih usted ustedes
    tylenol advil ibuprofeno paracetamol metformina insulina ella él ellos yo la el los las mi su sí no ya está tiene
    dice refiere presenta sabe quiere necesita doctor doctora enfermera paciente administrador admin invitado
    medicare medicaid obamacare internet facebook whatsapp google estados navidad semana hospital clínica island
    nuestro nuestra quijote juez presidente director directora todos todas nadie alguien nivel grado tipo
    """.split()
)
