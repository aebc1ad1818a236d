using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Notify.ReferencePages;

/// <summary>One property of an options class.</summary>
internal sealed class Option
{
    private static readonly NullabilityInfoContext Nullability = new();

    private Option(PropertyInfo property) => Property = property;

    public PropertyInfo Property { get; }

    public string Name => Property.Name;

    public string TypeName => GetName(Nullability.Create(Property));

    /// <summary>The option's own type without its nullability, and its type arguments: where further options may be.</summary>
    public IEnumerable<Type> HeldTypes =>
        Property.PropertyType.IsGenericType ? Property.PropertyType.GetGenericArguments() : [Property.PropertyType];

    private Type PlainType => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>
    /// Finds the options of a class in the order in which they are declared: those to set, and the collections and objects to
    /// fill.
    /// </summary>
    public static IEnumerable<Option> FindAll(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } || IsFilled(property.PropertyType))
            .OrderBy(property => property.MetadataToken)
            .Select(property => new Option(property));

    public string GetDefault(object defaults)
    {
        var value = Property.GetValue(defaults);
        return value switch
        {
            null or "" when IsRequired => "required",
            null => "`null`",
            "" => "empty",
            IEnumerable items and not string => items.Cast<object>().Any()
                ? $"`{string.Join(", ", items.Cast<object>())}`"
                : "empty",
            Delegate => "see the description",
            bool flag => flag ? "`true`" : "`false`",
            Enum choice => $"`{choice}`",
            TimeSpan or string or Uri or ValueType => $"`{Format(value)}`",
            _ => $"see `{Property.PropertyType.Name}`",
        };
    }

    public string GetRange()
    {
        var ranges = new List<string>();
        foreach (var annotation in Property.GetCustomAttributes<ValidationAttribute>())
        {
            ranges.AddRange(
                annotation switch
                {
                    RangeAttribute range => [$"{Parse(range, range.Minimum)} to {Parse(range, range.Maximum)}"],
                    MinLengthAttribute { Length: 1 } => ["not empty"],
                    MinLengthAttribute length => [$"at least {length.Length} characters"],
                    StringLengthAttribute length => [$"at most {length.MaximumLength} characters"],
                    RegularExpressionAttribute expression => [$"`{expression.Pattern}`"],
                    _ => (string[])[],
                }
            );
        }

        if (PlainType.IsEnum)
            ranges.Add(string.Join(", ", Enum.GetNames(PlainType).Select(name => $"`{name}`")));
        return string.Join("; ", ranges);
    }

    private bool IsRequired => Property.GetCustomAttribute<RequiredAttribute>() is not null;

    private static bool IsFilled(Type type) =>
        type != typeof(string)
        && (
            typeof(IEnumerable).IsAssignableFrom(type)
            || (type.IsClass && type.Assembly.GetName().Name!.StartsWith("Notify", StringComparison.Ordinal))
        );

    private static string Parse(RangeAttribute range, object bound) =>
        range.OperandType == typeof(TimeSpan)
            ? Format(TimeSpan.Parse((string)bound, CultureInfo.InvariantCulture))
            : Format(bound);

    private static string Format(object value) =>
        value switch
        {
            TimeSpan span => FormatSpan(span),
            int or long => string.Format(CultureInfo.InvariantCulture, "{0:N0}", value),
            double number => number.ToString("#,0.###", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    // In the largest unit of which there is a whole number.
    private static string FormatSpan(TimeSpan span)
    {
        (long Ticks, string Name)[] units =
        [
            (TimeSpan.TicksPerDay, "day"),
            (TimeSpan.TicksPerHour, "hour"),
            (TimeSpan.TicksPerMinute, "minute"),
            (TimeSpan.TicksPerSecond, "second"),
        ];
        foreach (var (ticks, name) in units)
        {
            if (span.Ticks % ticks == 0 && span.Ticks > 0)
                return $"{Format(span.Ticks / ticks)} {name}{(span.Ticks == ticks ? "" : "s")}";
        }

        return span == TimeSpan.Zero ? "0" : $"{Format(span.Ticks / TimeSpan.TicksPerMillisecond)} ms";
    }

    private static string GetName(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = type switch
        {
            _ when type == typeof(string) => "string",
            _ when type == typeof(bool) => "bool",
            _ when type == typeof(int) => "int",
            _ when type == typeof(long) => "long",
            _ when type == typeof(double) => "double",
            _ when type == typeof(decimal) => "decimal",
            { IsGenericType: true } =>
                $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", info.GenericTypeArguments.Select(GetName))}>",
            _ => type.Name,
        };
        return info.ReadState == NullabilityState.Nullable ? name + "?" : name;
    }
}
