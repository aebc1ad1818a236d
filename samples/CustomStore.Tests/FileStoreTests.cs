using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;

namespace Notify.Storage.Files.Tests;

/// <summary>The tests of what is special about files.</summary>
public sealed class FileStoreTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notify-files-");
    private ConformanceStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConformanceStore Store => _store!;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_tenant_has_a_file_whatever_its_name()
    {
        string[] tenants = ["a", "A", "../a", new('ö', 256)];

        await Store.Users.SaveAsync([.. tenants.Select(tenant => new User { Tenant = tenant, Id = "u" })], Cancellation);

        Assert.Equal(tenants.Length, GetFiles().Length);
        await Store.ReopenAsync();
        foreach (var tenant in tenants)
            Assert.Single(await Store.Users.FindAsync(tenant, ["u"], Cancellation));
    }

    [Fact]
    public async Task A_change_that_cannot_be_saved_is_discarded()
    {
        var user = new User { Id = "u", Locale = "sv" };
        await Store.Users.SaveAsync([user], Cancellation);
        // A folder where the temporary file belongs makes the next save fail.
        var obstacle = Directory.CreateDirectory(Assert.Single(GetFiles()) + ".new");

        await Assert.ThrowsAnyAsync<SystemException>(async () =>
            await Store.Users.SaveAsync([user with { Locale = "de" }], Cancellation)
        );

        Assert.Equal("sv", Assert.Single(await Store.Users.FindAsync(user.Tenant, ["u"], Cancellation)).User?.Locale);
        obstacle.Delete();
        await Store.Users.SaveAsync([user with { Locale = "fi" }], Cancellation);
        await Store.ReopenAsync();
        Assert.Equal("fi", Assert.Single(await Store.Users.FindAsync(user.Tenant, ["u"], Cancellation)).User?.Locale);
    }

    [Fact]
    public async Task A_file_that_a_crash_left_half_written_is_ignored()
    {
        await Store.Users.SaveAsync([new User { Id = "u" }], Cancellation);
        await File.WriteAllTextAsync(Assert.Single(GetFiles()) + ".new", "{\"tenant\":", Cancellation);

        await Store.ReopenAsync();

        Assert.Single(await Store.Users.FindAsync(Trigger.DefaultTenant, ["u"], Cancellation));
    }

    [Fact]
    public async Task A_second_store_cannot_use_the_same_folder()
    {
        await Store.Users.FindAsync(Trigger.DefaultTenant, ["u"], Cancellation);
        await using var second = await OpenAsync();

        Assert.Throws<IOException>(() => second.Users);
    }

    [Fact]
    public async Task Shared_tokens_survive_reopening()
    {
        var token = new SharedToken(new byte[] { 1, 2, 3 }, DateTimeOffset.UnixEpoch);
        await Store.SharedTokens.OfferAsync("apns", token, DateTimeOffset.UnixEpoch, Cancellation);

        await Store.ReopenAsync();

        var kept = await Store.SharedTokens.FindAsync("apns", Cancellation);
        Assert.Equal(token.Value.ToArray(), kept!.Value.ToArray());
    }

    [Fact]
    public async Task The_health_check_writes_to_the_folder()
    {
        await Store.Services.GetRequiredService<IStoreHealth>().CheckAsync(Cancellation);

        Assert.NotEqual(0, new FileInfo(Path.Combine(_folder.FullName, "lock")).Length);
    }

    private ValueTask<ConformanceStore> OpenAsync() =>
        ConformanceStore.OpenAsync(notifications => notifications.UseFiles(_folder.FullName));

    private string[] GetFiles() => Directory.GetFiles(Path.Combine(_folder.FullName, "tenants"), "*.json");
}
