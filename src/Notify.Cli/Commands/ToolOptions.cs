using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Notify.Cli.Commands;

/// <summary>Creates options and arguments whose errors name them and tell what is right.</summary>
internal static class ToolOptions
{
    public static Option<string?> Text(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    public static Option<string> RequiredText(string name, string description, string helpName) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Required = true,
        };

    public static Option<string[]> Texts(string name, string description, string helpName) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => [],
        };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>Creates an option for one of a few names, which completions offer.</summary>
    public static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = Text(name, $"{description} One of {string.Join(", ", values)}.", "name");
        option.CompletionSources.Add(values);
        option.Validators.Add(result => Check(result, values));
        return option;
    }

    /// <summary>Creates an option for some of a few names, which completions offer.</summary>
    public static Option<string[]> Choices(string name, string description, params string[] values)
    {
        var option = Texts(name, $"{description} Any of {string.Join(", ", values)}.", "name");
        option.CompletionSources.Add(values);
        option.Validators.Add(result => Check(result, values));
        return option;
    }

    public static Option<int> Number(string name, string description, int min, int max, int byDefault) =>
        new(name)
        {
            Description = description,
            HelpName = "number",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => ParseNumber(result, name, min, max),
        };

    public static Option<int?> OptionalNumber(string name, string description, int min, int max) =>
        new(name)
        {
            Description = description,
            HelpName = "number",
            CustomParser = result => ParseNumber(result, name, min, max),
        };

    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "time",
            CustomParser = result => ParseTime(result, name),
        };

    public static Option<TimeSpan?> Duration(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "duration",
            CustomParser = result => ParseDuration(result, name),
        };

    public static Argument<Guid> Id(string name, string description) =>
        new(name)
        {
            Description = description,
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out var id))
                    return id;
                result.AddError(
                    $"'{result.Tokens[0].Value}' is not an ID. Use one such as 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04."
                );
                return default;
            },
        };

    private static void Check(OptionResult result, string[] values)
    {
        foreach (var token in result.Tokens.Where(token => !values.Contains(token.Value)))
            result.AddError($"{result.Option.Name}: '{token.Value}' is not known. Use one of {string.Join(", ", values)}.");
    }

    private static int ParseNumber(ArgumentResult result, string name, int min, int max)
    {
        if (
            int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
        )
            return number;
        result.AddError($"{name}: '{result.Tokens[0].Value}' is not valid. Use a whole number from {min} to {max}.");
        return default;
    }

    private static DateTimeOffset? ParseTime(ArgumentResult result, string name)
    {
        if (
            DateTimeOffset.TryParse(
                result.Tokens[0].Value,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
            return time;
        result.AddError($"{name}: '{result.Tokens[0].Value}' is not a time. Use one such as 2031-05-28T09:30:00Z.");
        return null;
    }

    private static TimeSpan? ParseDuration(ArgumentResult result, string name)
    {
        if (TryParseDuration(result.Tokens[0].Value) is { } duration)
            return duration;
        result.AddError($"{name}: '{result.Tokens[0].Value}' is not a duration. Use one such as 30s, 5m, 12h or 1d.");
        return null;
    }

    private static TimeSpan? TryParseDuration(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => null,
        };
    }
}
