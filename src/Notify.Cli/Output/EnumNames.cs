namespace Notify.Cli.Output;

/// <summary>The names of enum members in JSON.</summary>
internal static class EnumNames
{
    /// <summary>Returns the name in camel case, as the HTTP API has it.</summary>
    public static string Get<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var name = value.ToString();
        return $"{char.ToLowerInvariant(name[0])}{name[1..]}";
    }
}
