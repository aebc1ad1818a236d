namespace Notify.Core.Tests;

/// <summary>Cron times of digests.</summary>
public sealed class CronTests
{
    [Theory]
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T05:40Z", "2026-11-01T06:00Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T06:10Z", "2026-11-01T06:30Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T06:45Z", "2026-11-01T07:00Z")]
    [InlineData("0 * * * *", "Europe/Dublin", "2026-10-25T00:40Z", "2026-10-25T01:00Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-01T05:31Z", "2026-11-02T06:30Z")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2027-03-27T12:00Z", "2027-03-28T01:00Z")]
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00Z", "2027-10-02T15:30Z")]
    [InlineData("0 8 29 2 *", "Europe/Stockholm", "2026-03-01T00:00Z", "2028-02-29T07:00Z")]
    [InlineData("0 8 1 * 1", null, "2026-01-06T00:00Z", "2026-01-12T08:00Z")]
    [InlineData("0 8 1 * 1", null, "2026-01-27T00:00Z", "2026-02-01T08:00Z")]
    [InlineData("0 8 * * MON-FRI", null, "2026-01-09T09:00Z", "2026-01-12T08:00Z")]
    [InlineData("0\t8  *  JAN,jul 7", null, "2026-01-26T00:00Z", "2026-07-05T08:00Z")]
    [InlineData("0 8 L * ?", null, "2026-02-01T00:00Z", "2026-02-28T08:00Z")]
    public async Task A_digest_is_due_at_its_next_cron_time(string cron, string? zone, string now, string due)
    {
        await using var timing = await Timing.StartAsync();
        var recipient = await timing.SaveAsync(zone ?? "UTC");
        timing.SetNow(DateTimeOffset.Parse(now));

        Assert.Equal(DateTimeOffset.Parse(due), await timing.GetDigestTimeAsync(recipient, cron));
    }

    [Theory]
    [InlineData("5/2147483647 * * * *", "The minute, field 1 at position 1, is not valid.")]
    [InlineData("60 * * * *", "The minute, field 1 at position 1, is not valid.")]
    [InlineData("0 24 * * *", "The hour, field 2 at position 3, is not valid.")]
    [InlineData("0  8 32 * *", "The day of month, field 3 at position 6, is not valid.")]
    [InlineData("0 8 0 * *", "The day of month, field 3 at position 5, is not valid.")]
    [InlineData("0 8 * 13 *", "The month, field 4 at position 7, is not valid.")]
    [InlineData("0 8 * FOO *", "The month, field 4 at position 7, is not valid.")]
    [InlineData("0 8 * * 1-9", "The day of week, field 5 at position 9, is not valid.")]
    [InlineData("*/0 8 * * *", "The minute, field 1 at position 1, is not valid.")]
    [InlineData("0 -1 * * *", "The hour, field 2 at position 3, is not valid.")]
    [InlineData("1,,2 * * * *", "The minute, field 1 at position 1, is not valid.")]
    [InlineData("99999999999999999999 * * * *", "The minute, field 1 at position 1, is not valid.")]
    [InlineData("0 8 * * *\0", "The day of week, field 5 at position 9, is not valid.")]
    [InlineData("0 8 * * ٣", "The day of week, field 5 at position 9, is not valid.")]
    [InlineData("", "This expression has 0.")]
    [InlineData("   ", "This expression has 0.")]
    [InlineData("0 8 * *", "This expression has 4.")]
    [InlineData("0 0 8 * * *", "This expression has 6.")]
    [InlineData("@daily", "This expression has 1.")]
    [InlineData("at noon", "This expression has 2.")]
    [InlineData("0 8 31 2 *", "This cron expression never matches a time.")]
    public async Task A_wrong_cron_time_is_refused_with_its_field_and_position(string cron, string error)
    {
        await using var timing = await Timing.StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(async () =>
            await timing.GetDigestTimeAsync(await timing.SaveAsync("UTC"), cron)
        );

        var only = Assert.Single(refused.Errors);
        Assert.Equal("digest.cron", only.Field);
        Assert.Contains(error, only.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_very_long_cron_time_is_refused()
    {
        await using var timing = await Timing.StartAsync();
        var recipient = await timing.SaveAsync("UTC");
        var cron = $"{string.Join(',', Enumerable.Repeat("0", 1_000))} * * * *";

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => timing.GetDigestTimeAsync(recipient, cron));

        Assert.Equal("digest.cron", Assert.Single(refused.Errors).Field);
    }
}
