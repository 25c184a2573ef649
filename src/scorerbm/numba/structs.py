"""Objects of the package as structs of nopython code, made of what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_constant
from numba.extending import (
    NativeValue,
    box,
    make_attribute_wrapper,
    models,
    register_model,
    typeof_impl,
    unbox,
)

from ..backends.numba.jit import stamp

__all__ = ["Struct", "boxed", "replaced", "represents"]


@cache
def _version() -> str:
    """A fingerprint of all that is compiled into users' functions."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    sources = b"\0".join(file.read_bytes() for file in files)
    return hashlib.sha256(sources + stamp().encode()).hexdigest()[:16]


class Struct(types.Type):
    """Type of an object with these fields, and the object itself beside them.

    The fingerprint of the sources is part of it: what a user's function has been compiled to is
    found in Numba's cache by the types of its arguments, and is not found once they change.
    """

    names: ClassVar[tuple[str, ...]]
    """Of the fields: attributes in nopython code."""
    kept: ClassVar[bool] = False
    """Whether objects keep their type: where there are many fields, and no pickle of it."""

    def __init__(self, fields: tuple[types.Type, ...]) -> None:
        self.fields, self.version = fields, _version()
        told = f"{fields} {self.version}".encode()
        super().__init__(f"{type(self).__name__}[{hashlib.sha256(told).hexdigest()[:8]}]")

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields of an object."""
        raise NotImplementedError

    @property
    def key(self) -> Any:
        """What tells types of a class apart."""
        return self.fields, self.version


class _Members(models.StructModel):
    """The fields, after a counted reference to the Python object, null where there is none."""

    def __init__(self, manager: Any, kind: Struct) -> None:
        owner = types.MemInfoPointer(types.voidptr)
        fields = zip(map(_member, kind.names), kind.fields, strict=True)
        super().__init__(manager, kind, [("owner", owner), *fields])


def _member(name: str) -> str:
    """Name of a field's member in the struct, which may not start with an underscore."""
    return f"of_{name}"


def represents(python_class: type) -> Callable[[type[Struct]], type[Struct]]:
    """Have objects of a class pass to nopython code as structs of this type."""

    def registered(kind: type[Struct]) -> type[Struct]:
        register_model(kind)(_Members)
        for name in kind.names:
            make_attribute_wrapper(kind, _member(name), name)
        typeof_impl.register(python_class)(
            # A subclass may have other methods, which nopython code would not call.
            lambda value, context: (
                _typed(kind, value, context) if type(value) is python_class else None
            )
        )
        unbox(kind)(_unboxed)
        lower_constant(kind)(_constant)
        return kind

    return registered


def _typed(kind: type[Struct], value: Any, context: Any) -> Struct:
    found: Struct | None = value.__dict__.get("_numba_type_")
    if found is None:
        parts = kind.parts(value)
        fields = tuple(typeof_impl(part, context) for part in parts)
        if None in fields:
            name, part = kind.names[fields.index(None)], parts[fields.index(None)]
            raise ValueError(f"{name}: got {part!r}, which Numba has no type for")
        found = kind(fields)
        if kind.kept:
            value.__dict__["_numba_type_"] = found
    return found


def _struct(kind: Struct, c: Any, value: Any = None) -> Any:
    return cgutils.create_struct_proxy(kind)(c.context, c.builder, value=value)


def _unboxed(kind: Struct, value: Any, c: Any) -> NativeValue:
    """Take the fields from the tuple that ``parts`` returns, and a reference to the object."""
    struct = _struct(kind, c)
    failed = cgutils.alloca_once_value(c.builder, cgutils.true_bit)
    parts_of = c.pyapi.unserialize(c.pyapi.serialize_object(kind.parts))
    parts = c.pyapi.call_function_objargs(parts_of, (value,))
    c.pyapi.decref(parts_of)
    with c.builder.if_then(cgutils.is_not_null(c.builder, parts)):
        errors = cgutils.false_bit
        for k, (name, of) in enumerate(zip(kind.names, kind.fields, strict=True)):
            native = c.unbox(of, c.pyapi.tuple_getitem(parts, k))
            setattr(struct, _member(name), native.value)
            errors = c.builder.or_(errors, native.is_error)
        struct.owner = c.pyapi.nrt_meminfo_new_from_pyobject(
            c.builder.bitcast(value, cgutils.voidptr_t), value
        )
        c.pyapi.decref(parts)
        c.builder.store(errors, failed)
    return NativeValue(struct._getvalue(), is_error=c.builder.load(failed))


def boxed(kind: type[Struct], rebuild: Callable[..., Any]) -> None:
    """Have such structs return to Python: as the object they came from, or made of their fields."""

    def box_struct(of: Struct, value: Any, c: Any) -> Any:
        struct, result = _struct(of, c, value), cgutils.alloca_once(c.builder, c.pyapi.pyobj)
        has_owner = cgutils.is_not_null(c.builder, struct.owner)
        with c.builder.if_else(has_owner) as (came, made):
            with came:
                data = c.context.nrt.meminfo_data(c.builder, struct.owner)
                owner = c.builder.bitcast(data, c.pyapi.pyobj)
                c.pyapi.incref(owner)
                c.builder.store(owner, result)
            with made:
                c.builder.store(_rebuilt(of, struct, rebuild, c), result)
        c.context.nrt.decref(c.builder, of, value)
        return c.builder.load(result)

    box(kind)(box_struct)


def _rebuilt(kind: Struct, struct: Any, rebuild: Callable[..., Any], c: Any) -> Any:
    values = []
    for name, of in zip(kind.names, kind.fields, strict=True):
        native = getattr(struct, _member(name))
        c.context.nrt.incref(c.builder, of, native)  # boxing takes one
        values.append(c.pyapi.from_native_value(of, native, c.env_manager))
    maker = c.pyapi.unserialize(c.pyapi.serialize_object(rebuild))
    result = c.pyapi.call_function_objargs(maker, values)
    for reference in (maker, *values):
        c.pyapi.decref(reference)
    return result


def replaced(kind: Struct, new: dict[str, int | None], *given: types.Type) -> Any:
    """What an intrinsic returns that makes a struct of another one, and of arguments after it.

    Each named field becomes the argument of that number, or none.
    """
    of = {name: types.none if k is None else given[k] for name, k in new.items()}
    fields = (of.get(name, old) for name, old in zip(kind.names, kind.fields, strict=True))
    made = type(kind)(tuple(fields))

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        source = cgutils.create_struct_proxy(kind)(context, builder, value=arguments[0])
        struct = cgutils.create_struct_proxy(made)(context, builder)
        for name in kind.names:
            value = getattr(source, _member(name))
            if name in new:
                k = new[name]
                value = context.get_dummy_value() if k is None else arguments[1 + k]
            setattr(struct, _member(name), value)
        struct.owner = ir.Constant(struct.owner.type, None)
        context.nrt.incref(builder, made, struct._getvalue())
        return struct._getvalue()

    return made(kind, *given), generate


def _constant(context: Any, builder: Any, kind: Struct, value: Any) -> Any:
    """An object from around a function: its fields, compiled in."""
    struct = cgutils.create_struct_proxy(kind)(context, builder)
    for name, of, part in zip(kind.names, kind.fields, kind.parts(value), strict=True):
        # A function is in its type, and its address would keep code from being cached.
        is_function = isinstance(of, types.Dispatcher)
        constant = (
            context.get_constant_null(of)
            if is_function
            else context.get_constant_generic(builder, of, part)
        )
        setattr(struct, _member(name), constant)
    struct.owner = ir.Constant(struct.owner.type, None)
    return struct._getvalue()
