using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit.v3;

namespace Notify.TestSupport;

/// <summary>
/// Ends the process of a test that does not end, with an error that names the test. Otherwise a test that waits forever, such as
/// for a browser, would stop the whole run without saying which it is. Every test project has this attribute. The limit does not
/// apply to the construction and disposal of the test's class.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TestTimeLimitAttribute : BeforeAfterTestAttribute
{
    // The slowest test has taken seven minutes on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private static readonly ConditionalWeakTable<IXunitTest, Timer> Running = [];

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var end = $"{test.TestDisplayName} has not ended after {Limit.TotalMinutes:0} minutes.";
        Running.Add(test, new Timer(_ => Environment.FailFast(end), null, Limit, Timeout.InfiniteTimeSpan));
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryGetValue(test, out var timer))
            timer.Dispose();
    }
}
