using System.Reflection;
using System.Runtime.CompilerServices;

namespace Notify.PublicApi.Tests;

/// <summary>Writes an assembly's public surface, one line per type and member.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            yield return Describe(type);
            foreach (var member in MembersOf(type).Order(StringComparer.Ordinal))
                yield return "  " + member;
        }
    }

    private static string Describe(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var parents = type.IsEnum
            ? []
            : type.GetInterfaces().OrderBy(parent => parent.ToString(), StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum)
            parents.Insert(0, parent);
        return $"{kind} {type.Namespace}.{Name(type)}"
            + (parents.Count == 0 ? "" : " : " + string.Join(", ", parents.Select(Name)));
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");

        return type.GetMembers(Declared)
            .Where(member => member is PropertyInfo || !member.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(Describe)
            .OfType<string>();
    }

    private static string? Describe(MemberInfo member) =>
        member switch
        {
            ConstructorInfo constructor when IsShown(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
            MethodInfo { IsSpecialName: false } method when IsShown(method) => Describe(method),
            MethodInfo { IsSpecialName: true, Name: "op_Implicit" or "op_Explicit" } method => Describe(method),
            PropertyInfo property when Shown(property.GetMethod) is not null || Shown(property.SetMethod) is not null => Describe(
                property
            ),
            EventInfo e when e.AddMethod is { } add && IsShown(add) => $"event {Name(e.EventHandlerType!)} {e.Name}",
            FieldInfo field when field.IsPublic || field.IsFamily =>
                $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
            _ => null,
        };

    private static string Describe(MethodInfo method) =>
        $"{Access(method)}{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}"
        + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "")
        + $"({Parameters(method)})";

    private static string Describe(PropertyInfo property)
    {
        var required = property.GetCustomAttribute<RequiredMemberAttribute>() is null ? "" : "required ";
        var isStatic = (property.GetMethod ?? property.SetMethod)!.IsStatic ? "static " : "";
        var setter = Shown(property.SetMethod) switch
        {
            null => "",
            var set when set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) => " init;",
            _ => " set;",
        };
        return $"{isStatic}{required}{Name(property.PropertyType)} {property.Name} {{{(Shown(property.GetMethod) is null ? "" : " get;")}{setter} }}";
    }

    private static MethodInfo? Shown(MethodInfo? method) => method is not null && IsShown(method) ? method : null;

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method
                .GetParameters()
                .Select(parameter =>
                    $"{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Name(parameter.ParameterType)} {parameter.Name}"
                    + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")
                )
        );

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";

        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
