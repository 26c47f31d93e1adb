"""Everyday Spanish words that a tagger trained on English may take for names and places."""

import re
from collections.abc import Callable

_WORD = re.compile(r"[^\W\d_]+")
#: Function words, verbs of visits and chats, and words of forms; some are names too (Mesa, Pueblo, Bueno).
_EVERYDAY = frozenset(
    """
    campo limpieza construcción taller fábrica bodega oficina diez once doce veinte treinta cuarenta cincuenta sesenta
    setenta ochenta noventa cien dos tres cuatro cinco seis siete ocho nueve celda marca tomara poquito mareada mareado
    a abajo abuelo abuela acuérdate acuerdo adelante además adentro ahí ahora ahorita al algo alguien algún alguna
    allá allí alta altura ambos ando antes apellido aquel aquí así asegurada aseguradora asegurado asistente asunto
    atención aunque avisa avisada avisar avión avion ayer ayuda ayuno baja bajo bastante bien boca brazo brazalete
    buen buena buenas bueno buenos busca cabeza cada calentura cama cambio camina camino caso cédula cena cerca
    chica chico cirugía cita claro clave clínica cobija comer comida como cómo compra con conmigo consulta contigo
    correo cosa coche creo crema credencial cual cuál cuando cuándo cuanto cuánto cuarto cuenta cuerpo cuidado da
    dale dame de debe decía decir dedo deja del dele dentro derecha derecho desde después dice dicen dígale dile dio
    dirección disculpe doctor doctora dolor donde dónde dosis duele duerme durante edad el él ella ellos embarazada
    embarazo emergencia empleo empieza en encima enferma enfermera enfermero enfermo entonces entrada entre era eres
    es esa escuela ese eso espalda espera esposa esposo esquina esta está estaba están estar este esto estómago
    estos estoy examen expediente fácil familia favor fecha fiebre firma firmado folio fue fuera fuerte ganas
    garganta gente gotas gracias grande grasa hace hacer haga hasta hay hecho herida hermana hermano hija hijo
    hinchado hoja hombre honorable hora horario hoy hueso iba igual impuestos indicaciones inglés interno ir
    izquierda izquierdo jabón juez junto la laboratorio lado las le leche lejos les letra leve lila línea llama
    llamar llegó lleva llevar lo los luego lugar macho madre mal mala malla mamá mandan mandar mañana mano más
    masculino femenino mayor me medicamento medicina médica médico medio mejor menor menos mes mesa mi mía mientras
    mira miré mis misma mismo mitad momento motivo mucha mucho muchos muela muestra mujer municipio muy nada nadie
    necesita necesito ni niña niño ninguna ninguno no noche nombre normal nos nosotros noticia nuestra nuestro nueva
    nuevo número nunca o ocupa ocupo ojo otra otro otros pa paciente padre país palabra pañal papá papel para parece
    pariente parte pasa pasado pasar paso pastilla pastillas paterno materno pecho pedir peor pequeña pequeño perdón
    pero peso pie piel pierna piso pobre poco pocos poliza póliza pomada poner por porque posible precio pregunta
    presencia presión prima primer primera primero primeriza pronto propio prueba pueblo puede puedo puerta pues que
    qué queda quedó quería quien quién quiere quiero quizá quizás receta recibo recoge regular reporte reposo
    resultado resultados revisión riesgo rodilla ropa sabe salida salió salud sangre se sé sea segunda segundo
    seguro semana señor señora señores señorita ser serología servicio si sí siempre siento siga siguiente sin sirve
    sitio sobre sobrina sobrino sola solo sólo somos son soy su suave subir sueño suero sufre sus susto tal talla
    también tampoco tan tanto tarde té tela temprano tengo tenía tercera tía tiempo tiene tienen tío todavía todo
    toda todos todas toma tomar tos trabaja trabajadora trabajo trae través tu tú tubo turno último última un una
    unas uno unos urgencia urgencias usa usted ustedes va vacuna vamos van varias varios vaso vecino vecina vena
    venir veo ver verdad vez vida viene vino visita vista vive vivo vuelta y ya yo zapato
    """.split()
)


def is_everyday(value: str, is_name: Callable[[str], bool]) -> bool:
    """Tell whether every word of *value* is an everyday Spanish one; written like a name, none may be a listed one.

    >>> names = {"mesa", "teresa"}.__contains__
    >>> is_everyday("Madre avisada", names), is_everyday("Madre Teresa", names), is_everyday("Mesa", names)
    (True, False, False)
    >>> is_everyday("la mesa", names)
    True
    """
    words = _WORD.findall(value)
    return bool(words) and all(
        word.lower() in _EVERYDAY and (word.islower() or not is_name(word.lower())) for word in words
    )
