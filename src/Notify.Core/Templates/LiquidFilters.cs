using System.Globalization;
using Fluid;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>
/// The filters that templates may use: Fluid's implementations, each with checks of its input and its result, and a few of our
/// own for JSON, HTML and the recipient's time zone.
/// </summary>
internal static class LiquidFilters
{
    private static readonly string[] FromFluid =
    [
        .. (string[])["join", "first", "last", "concat", "map", "reverse", "sort", "sort_natural", "uniq", "where", "find"],
        .. (string[])["find_index", "has", "reject", "size", "compact"],
        .. (string[])["append", "capitalize", "downcase", "lstrip", "rstrip", "prepend", "remove_first", "remove", "remove_last"],
        .. (string[])["replace_first", "replace", "replace_last", "slice", "split", "strip", "strip_newlines", "truncate"],
        .. (string[])["truncatewords", "upcase"],
        .. (string[])["abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "times"],
        .. (string[])["default", "raw", "url_encode", "url_decode", "base64_encode", "base64_decode", "base64_url_safe_encode"],
        .. (string[])["base64_url_safe_decode", "strip_html", "escape", "escape_once", "format_number"],
        .. (string[])["md5", "sha1", "sha256", "hmac_sha1", "hmac_sha256"],
    ];

    public static TemplateOptions CreateOptions()
    {
        var options = new TemplateOptions
        {
            ModelNamesComparer = StringComparer.Ordinal,
            CultureInfo = CultureInfo.InvariantCulture,
            TimeZone = TimeZoneInfo.Utc,
        };
        var fluid = options.Filters.ToDictionary(filter => filter.Key, filter => filter.Value, StringComparer.Ordinal);
        options.Filters.Clear();
        foreach (var name in FromFluid)
            options.Filters.AddFilter(name, Guard(name, fluid[name]));
        foreach (var name in DateFilters.Names)
            options.Filters.AddFilter(name, Guard(name, DateFilters.InZone(name, fluid[name])));
        options.Filters.AddFilter("json", Guard("json", (input, _, _) => new StringValue(JsonText.Write(input))));
        options.Filters.AddFilter("newline_to_br", Guard("newline_to_br", BreakLines));
        options.Filters.AddFilter("sum", Guard("sum", SumAsync));
        return options;
    }

    private static FilterDelegate Guard(string name, FilterDelegate filter) =>
        async (input, arguments, context) =>
        {
            if (name != "default")
                (input as MissingValue)?.RecordUse();
            for (var i = 0; i < arguments.Count; i++)
                (arguments.At(i) as MissingValue)?.RecordUse();

            var budget = RenderContext.From(context).Budget;
            TakeSteps(budget, input);
            for (var i = 0; i < arguments.Count; i++)
                TakeSteps(budget, arguments.At(i));
            CheckGrowth(name, input, arguments, budget);

            var result = await ApplyAsync(name, filter, input, arguments, context).ConfigureAwait(false);
            TakeSteps(budget, result);
            if (result is ArrayValue array)
                RenderBudget.CheckCount(array.Values.Count);
            if (result is StringValue text)
                budget.CheckLength(text.ToStringValue().Length);
            return result;
        };

    private static async ValueTask<FluidValue> ApplyAsync(
        string name,
        FilterDelegate filter,
        FluidValue input,
        FilterArguments arguments,
        TemplateContext context
    )
    {
        try
        {
            return await filter(input, arguments, context).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is not RenderException and not OperationCanceledException and not OutOfMemoryException)
        {
            // The message of the exception may contain the value that the filter was applied to.
            throw new RenderException($"The filter '{name}' cannot be applied to this data.");
        }
    }

    private static void TakeSteps(RenderBudget budget, FluidValue value)
    {
        switch (value)
        {
            case StringValue text:
                budget.StepOver(text.ToStringValue().Length);
                break;
            case ArrayValue array:
                budget.Step(1 + array.Values.Count);
                break;
            default:
                budget.Step();
                break;
        }
    }

    // A filter whose result can be much larger than its input is checked before it is applied.
    private static void CheckGrowth(string name, FluidValue input, FilterArguments arguments, RenderBudget budget)
    {
        switch (name)
        {
            case "replace":
                var (text, old) = (input.ToStringValue(), arguments.At(0).ToStringValue());
                var added = arguments.At(1).ToStringValue().Length;
                var times = old.Length == 0 ? text.Length + 1 : Count(text, old);
                budget.CheckLength(text.Length + (long)times * added);
                break;
            case "join" when input is ArrayValue array:
                budget.CheckLength((long)array.Values.Count * arguments.At(0).ToStringValue().Length);
                break;
            case "split" when arguments.At(0).ToStringValue().Length == 0:
            case "reverse" when input is StringValue:
                RenderBudget.CheckCount(input.ToStringValue().Length);
                break;
            case "date" or "format_date" or "format_number":
                CheckFormat(name, arguments.At(0).ToStringValue());
                break;
        }
    }

    // A few characters such as "%999999999n" or "N999999999" would produce a gigabyte.
    private static void CheckFormat(string name, string format)
    {
        var digits = 0;
        foreach (var character in format)
        {
            digits = char.IsDigit(character) ? digits + 1 : 0;
            if (digits > 2)
                throw new RenderException($"The format of the filter '{name}' has a number of more than two digits.");
        }
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
            count++;
        return count;
    }

    // The result of Fluid's filter would be encoded, including its <br />. The filter is useless in a text that is not HTML, but
    // that is up to the author.
    private static ValueTask<FluidValue> BreakLines(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var text = input.ToStringValue();
        if (input is not StringValue { Encode: false })
        {
            // Encodes line by line, because the encoder would also encode the line breaks.
            var lines = text.ReplaceLineEndings("\n").Split('\n');
            text = string.Join('\n', lines.Select(RenderContext.From(context).Encoder.Encode));
        }

        return new StringValue(text.ReplaceLineEndings("<br />\n"), encode: false);
    }

    // Fluid's filter sums only members of .NET objects.
    private static async ValueTask<FluidValue> SumAsync(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var sum = 0m;
        foreach (var item in input.Enumerate(context))
        {
            var value = arguments.Count == 0 ? item : await item.GetIndexAsync(arguments.At(0), context).ConfigureAwait(false);
            sum += value.ToNumberValue();
        }

        return NumberValue.Create(sum);
    }
}
