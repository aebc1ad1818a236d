using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// A limit on the range of a time span option. Unlike <see cref="RangeAttribute"/> itself, it can be used in applications that
/// are trimmed or compiled ahead of time.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "TimeSpanConverter does not use reflection on other types.")]
public sealed class TimeRangeAttribute : RangeAttribute
{
    /// <summary>Initializes a new instance of the attribute.</summary>
    /// <param name="minimum">The shortest time span, as <c>[d.]hh:mm:ss[.fffffff]</c>.</param>
    /// <param name="maximum">The longest time span, in the same format.</param>
    public TimeRangeAttribute(string minimum, string maximum)
        : base(typeof(TimeSpan), minimum, maximum)
    {
        ParseLimitsInInvariantCulture = true;
        ConvertValueInInvariantCulture = true;
    }
}
