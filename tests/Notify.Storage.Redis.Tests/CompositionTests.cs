using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

public sealed class CompositionTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("store, redis")]
    [InlineData("redis, store")]
    [InlineData("redis, store, redis")]
    public async Task Redis_stands_before_the_store_whichever_was_added_first(string order)
    {
        var configure = await redis.FreshAsync();
        var services = new ServiceCollection().AddLogging();
        var notifications = services.AddNotifications();
        foreach (var part in order.Split(", "))
            _ = part == "redis" ? notifications.UseRedis(configure) : notifications.UseInMemory();
        await using var process = services.BuildServiceProvider();
        var users = process.GetRequiredService<IUserStore>();

        await users.SaveAsync([new User { Id = "u" }], Cancellation);
        Assert.Single(await users.FindAsync(Trigger.DefaultTenant, ["u"], Cancellation));

        var prefix = process.GetRequiredService<IOptions<RedisOptions>>().Value.KeyPrefix;
        Assert.Single(await redis.FindKeysAsync($"{prefix}:user:*"));
    }

    [Fact]
    public async Task Redis_without_a_store_is_told_at_start_what_to_add()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotifications().UseRedis(await redis.FreshAsync()).AddSandbox();
        using var host = builder.Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.StartsWith("Notifications need a store. Add one", Assert.Single(wrong.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_stores_are_named_although_Redis_stands_before_them()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications()
            .UsePostgreSql("Host=127.0.0.1")
            .UseRedis(await redis.FreshAsync())
            .UseInMemory()
            .AddSandbox();
        using var host = builder.Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.Contains(
            "2 are registered: Notify.Storage.PostgreSql.Queue.DeliveryQueue, ",
            Assert.Single(wrong.Failures),
            StringComparison.Ordinal
        );
    }
}
