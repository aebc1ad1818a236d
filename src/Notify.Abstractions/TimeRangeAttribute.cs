using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// Limits an option to a range of times. It is a <see cref="RangeAttribute"/> that applications can use when they are trimmed or
/// compiled ahead of time.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The converter of TimeSpan needs no other type.")]
public sealed class TimeRangeAttribute : RangeAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="minimum">The shortest time, as <c>[d.]hh:mm:ss[.fffffff]</c>.</param>
    /// <param name="maximum">The longest time.</param>
    public TimeRangeAttribute(string minimum, string maximum)
        : base(typeof(TimeSpan), minimum, maximum)
    {
        ParseLimitsInInvariantCulture = true;
        ConvertValueInInvariantCulture = true;
    }
}
