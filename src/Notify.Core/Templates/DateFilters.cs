using System.Globalization;
using Fluid;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>
/// Parses dates in the formats of JSON, regardless of the language of the text, and shows them in the recipient's time zone.
/// </summary>
internal static class DateFilters
{
    public static readonly string[] Names = ["date", "format_date", "time_zone"];

    public static FilterDelegate InZone(string name, FilterDelegate filter) =>
        (input, arguments, context) =>
        {
            if (input is MissingValue)
                return NilValue.Instance;
            if (name == "time_zone")
                CheckZone(arguments.At(0).ToStringValue());
            return filter(new DateTimeValue(Read(name, input, context)), arguments, context);
        };

    private static DateTimeOffset Read(string name, FluidValue input, TemplateContext context) =>
        input switch
        {
            // Another filter created the value, in the time zone that it chose.
            DateTimeValue => (DateTimeOffset)input.ToObjectValue(),
            NumberValue or WrittenNumber => TimeZoneInfo.ConvertTime(
                DateTimeOffset.FromUnixTimeMilliseconds((long)(input.ToNumberValue() * 1_000)),
                context.TimeZone
            ),
            StringValue text when text.ToStringValue() is "now" or "today" => context.Now(),
            StringValue text when Parse(text.ToStringValue(), context.TimeZone) is { } time => time,
            _ => throw new RenderException($"The filter '{name}' needs a date, such as 2026-03-29T10:15:00Z."),
        };

    private static DateTimeOffset? Parse(string text, TimeZoneInfo zone)
    {
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            return null;
        // A time without a time zone is a local time on the recipient's clock.
        return time.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(time, zone.GetUtcOffset(time))
            : TimeZoneInfo.ConvertTime(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture), zone);
    }

    private static void CheckZone(string zone)
    {
        if (zone != "local" && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            throw new RenderException("The filter 'time_zone' needs the name of a time zone, such as 'Europe/Berlin'.");
    }
}
