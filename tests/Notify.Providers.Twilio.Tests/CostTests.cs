using Notify.FakeGateways.Twilio;

namespace Notify.Providers.Twilio.Tests;

/// <summary>Tests the cost of an attempt.</summary>
public sealed class CostTests
{
    public static TheoryData<string, int> Vectors =>
        new()
        {
            { "x", 1 },
            { new string('x', 160), 1 },
            { new string('x', 161), 2 },
            { new string('x', 306), 2 },
            { new string('x', 307), 3 },
            { new string('€', 80), 1 },
            { new string('€', 81), 2 },
            // 153 septets hold 76 of these characters. The remaining septet cannot hold half of the 77th.
            { new string('€', 152), 2 },
            { new string('€', 153), 3 },
            { new string('x', 152) + "€" + new string('x', 151), 2 },
            { new string('x', 152) + "€" + new string('x', 152), 3 },
            { "ç", 1 },
            { new string('ç', 70), 1 },
            { new string('ç', 71), 2 },
            { new string('x', 159) + "ç", 3 },
            { string.Concat(Enumerable.Repeat("\U0001F600", 35)), 1 },
            { string.Concat(Enumerable.Repeat("\U0001F600", 36)), 2 },
            // 67 units hold 33 of these characters, and one unit remains.
            { string.Concat(Enumerable.Repeat("\U0001F600", 66)), 2 },
            { string.Concat(Enumerable.Repeat("\U0001F600", 67)), 3 },
            { "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà\f^{}\\[~]|€", 1 },
            { new string('x', 1_600), 11 },
        };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Segments_are_counted(string text, int segments) => Assert.Equal(segments, SmsSegments.Count(text));

    [Fact]
    public void The_segments_of_random_texts_match_a_reference_implementation()
    {
        string[] alphabet = ["x", " ", "é", "€", "[", "\f", "ç", "\U0001F600", "\ud800"];
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var letters = alphabet[..random.Next(1, alphabet.Length + 1)];
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 700)).Select(_ => letters[random.Next(letters.Length)]));

            Assert.True(TwilioSegments.Count(text) == SmsSegments.Count(text), $"seed {seed}");
        }
    }

    [Fact]
    public async Task The_cost_without_a_price_is_the_number_of_segments()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);

        var delivery = await application.SendAsync(Recipient.Phone("+46701234567"), new string('x', 200));

        Assert.Equal(new Cost(2), Assert.Single(delivery.Attempts).Cost);
    }

    [Fact]
    public async Task The_cost_is_computed_from_the_price_per_segment()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            (options.PricePerSegment, options.Currency) = (0.0475m, "EUR")
        );

        var delivery = await application.SendAsync(Recipient.Phone("+46701234567"), new string('x', 400));

        Assert.Equal(new Cost(3, 0.1425m, "EUR"), Assert.Single(delivery.Attempts).Cost);
    }

    [Theory]
    [InlineData(""" "num_segments":"4","price":"-0.0300","price_unit":"USD" """, 4, 0.03, "USD")]
    [InlineData(""" "num_segments":"4","price":null,"price_unit":"USD" """, 4, 0.4, "EUR")]
    [InlineData(""" "num_segments":"0" """, 1, 0.1, "EUR")]
    public async Task The_cost_that_Twilio_reports_takes_precedence(string fields, int segments, double amount, string currency)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            (options.PricePerSegment, options.Currency) = (0.1m, "EUR")
        );
        gateway.Trouble = _ => new TwilioTrouble { Status = 201, Json = $$"""{"sid":"SM1","status":"queued",{{fields}}}""" };

        Assert.Equal(new Cost(segments, (decimal)amount, currency), (await application.AttemptAsync()).Cost);
    }
}
