using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Notify.Hosting.Requests;

/// <summary>Parses durations such as <c>PT5M</c> or <c>00:05:00</c>.</summary>
internal static partial class RequestDuration
{
    private static readonly string[] ClockFormats = [@"hh\:mm\:ss", @"d\.hh\:mm\:ss"];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        if (TimeSpan.TryParseExact(text, ClockFormats, CultureInfo.InvariantCulture, out duration))
            return true;
        if (!Iso8601().IsMatch(text))
            return false;

        duration = XmlConvert.ToTimeSpan(text);
        return true;
    }

    // Excludes years and months, whose length varies. The numbers of digits ensure that the value fits a TimeSpan.
    [GeneratedRegex(
        @"^P(?=\d|T\d)(\d{1,5}D)?(T(?=\d)(\d{1,6}H)?(\d{1,8}M)?(\d{1,9}S)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Iso8601();
}
